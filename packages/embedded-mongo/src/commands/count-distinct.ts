import { Int32, Long } from 'bson'
import { compare, hashKey } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber, toBigInt } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { valuesAtPath } from '../query/paths.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'
import { snapshotField } from './find.ts'
import { matching } from './matching.ts'
import { type Language, languageFor } from './query-language.ts'
import { documentsOf, isView } from './views.ts'

function count(context: CommandContext): Doc {
  const { fields } = context
  const namespace = context.namespace()
  const filter = fields.document('query') ?? new Map<string, Value>()
  const skip = fields.count('skip') ?? 0
  const limit = countLimit(fields.value('limit'))
  const view = context.readView()
  try {
    const reader = view.reader(namespace)
    const language = languageFor(context, reader, fields.collation())
    const onView = isView(context, namespace)
    if (filter.size === 0 && !onView && !fields.has('hint')) {
      const all = Math.max(0, (reader?.count ?? 0) - skip)
      return counted(limit > 0 ? Math.min(all, limit) : all)
    }
    let n = 0
    const hint = fields.value('hint')
    const found = onView
      ? documentsOf(context, view, namespace, { filter, skip, limit, language })
      : matching(reader, { filter, skip, limit, hint, language, deadline: context })
    for (const _ of found) n += 1
    return counted(n)
  } finally {
    view.release()
  }
}

/** A negative limit counts as many; only whole numbers are limits. */
function countLimit(value: Value | undefined): number {
  if (value === undefined) return 0
  if (!isNumber(value)) throw new MongoServerFault('BadValue', 'limit value is not a valid number')
  const whole = toBigInt(value)
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole)
    throw new MongoServerFault('FailedToParse', `Expected an integer: limit: ${value.toString()}`)
  if (whole === -(2n ** 63n)) throw new MongoServerFault('BadValue', 'limit value cannot be min long')
  return Math.abs(Number(whole))
}

function counted(n: number): Doc {
  return new Map([['n', n < 2 ** 31 ? new Int32(n) : Long.fromNumber(n)]])
}

function distinct(context: CommandContext): Doc {
  const { fields } = context
  const namespace = context.namespace()
  const key = fields.requiredString('key')
  if (key.includes('\0')) throw new MongoServerFault(31032, 'Key field cannot contain an embedded null byte')
  const filter = fields.document('query') ?? new Map<string, Value>()
  const view = context.readView()
  try {
    const reader = view.reader(namespace)
    const language = languageFor(context, reader, fields.collation())
    const onView = isView(context, namespace)
    const values = new Map<string, Value>()
    const source = onView
      ? documentsOf(context, view, namespace, { filter, skip: 0, limit: 0, language })
      : docs(matching(reader, { filter, hint: fields.value('hint'), language, deadline: context }))
    for (const doc of source) collect(doc, key, language, values)
    return new Map<string, Value>([
      ['values', onView ? [...values.values()] : sorted(values, language)],
      ...(snapshotField(context).cursorFields ?? []),
    ])
  } finally {
    view.release()
  }
}

function sorted(values: ReadonlyMap<string, Value>, { collation }: Language): Value[] {
  return [...values.values()].sort((a, b) => compare(a, b, collation))
}

function* docs(found: Iterable<{ readonly doc: Doc }>): Generator<Doc> {
  for (const { doc } of found) yield doc
}

function collect(doc: Doc, key: string, { collation }: Language, values: Map<string, Value>): void {
  for (const value of valuesAtPath(doc, key)) {
    if (value === undefined) continue
    const hash = hashKey(value, collation)
    if (!values.has(hash)) values.set(hash, value)
  }
}

export const COUNT_COMMANDS: readonly Command[] = [
  { name: 'count', fields: fieldSetOf('query', 'limit', 'skip', 'hint', 'collation', 'fields'), run: count },
  {
    name: 'distinct',
    fields: fieldSetOf('key', 'query', 'collation', 'hint'),
    inTransaction: true,
    run: distinct,
  },
]
