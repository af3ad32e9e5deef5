import fc, { type Arbitrary } from 'fast-check'

/** Text that has broken other shops. */
export const hostileText: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfffy',
    '\ufeff',
    '\u202e',
    '\r\nSet-Cookie: a=b',
    '__proto__',
    'constructor',
    '$where',
    '$gt',
    'a.b.$',
    '../../etc/passwd',
    '%00',
    '%',
    '{{7*7}}',
    "' OR 1=1 --",
    '(a+)+$',
    '[object Object]',
    'null',
    'undefined',
    'NaN',
    '0x10',
    '1e3',
    '-0',
    '٣',
    '𝟙',
    'İ',
    'ß'.repeat(60),
    '👩‍👩‍👧‍👦'.repeat(20),
    `e${'\u0301'.repeat(500)}`,
    'a'.repeat(5_000),
    ' '.repeat(50_000),
    `${'a'.repeat(70_000)}!`,
    '2026-02-30T99:99:99Z',
    'data:text/html,<script>',
    '<script>alert(1)</script>',
    '=cmd|calc!A1',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
)

export const hostileNumber: Arbitrary<number> = fc.constantFrom(
  0,
  -0,
  -1,
  1,
  0.5,
  1.0000001,
  99,
  100,
  101,
  1e6,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  1e21,
  1e308,
  5e-324,
)

const hostileKey: Arbitrary<string> = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '$where',
  '$set',
  '$ne',
  'a.b',
  '',
  '_id',
  'role',
  'userId',
  'price',
  'isAdmin',
)

function nested(depth: number, list: boolean): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = list ? [value] : { a: value }
  return value
}

/** Anything that JSON can say, the worse the better. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  { weight: 4, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}]) },
  { weight: 2, arbitrary: fc.constantFrom({ $gt: '' }, { $ne: null }, { $where: '1' }, { $regex: '.*' }) },
  { weight: 1, arbitrary: fc.constantFrom(nested(2_000, true), nested(2_000, false)) },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 3_000 }, (_, index) => index)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)

/** The object with one thing wrong: a field that is missing, of another kind, or not known. */
export function spoiled(object: unknown): Arbitrary<unknown> {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return hostileValue
  const names = Object.keys(object)
  const added = fc.tuple(hostileKey, hostileValue).map(([key, value]) => {
    const copy: Record<string, unknown> = { ...object }
    Object.defineProperty(copy, key, { value, enumerable: true, writable: true, configurable: true })
    return copy
  })
  if (names.length === 0) return fc.oneof(added, hostileValue)
  const name = fc.constantFrom(...names)
  const changed = fc.tuple(name, hostileValue).map(([key, value]) => ({ ...object, [key]: value }))
  const missing = name.map((key) =>
    Object.fromEntries(Object.entries(object).filter(([other]) => other !== key)),
  )
  const deeper = name.chain((key) =>
    spoiled((object as Record<string, unknown>)[key]).map((value) => ({ ...object, [key]: value })),
  )
  return fc.oneof({ weight: 4, arbitrary: changed }, missing, added, deeper, {
    weight: 1,
    arbitrary: hostileValue,
  })
}
