import { Binary, Int32 } from 'bson'
import type { Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { binary, listOperator, present, ranged, unary } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { asInt64, coerceToString, describe, isIntegral32, isNullish, toInt64 } from './values.ts'

const concat = listOperator('$concat', 0, Number.POSITIVE_INFINITY, (operands) => (root) => {
  let result = ''
  for (const operand of operands) {
    const value = operand(root)
    if (isNullish(value)) return null
    if (typeof value !== 'string') {
      throw new MongoServerFault(16702, `$concat only supports strings, not ${typeName(value)}`)
    }
    result += value
  }
  return result
})

/** MongoDB changes the case of ASCII letters only. */
const toLower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
const toUpper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())

const split = binary('$split', (input, separator) => {
  if (isNullish(input) || isNullish(separator)) return null
  if (typeof input !== 'string') {
    throw new MongoServerFault(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${typeName(input)}`,
    )
  }
  if (typeof separator !== 'string') {
    throw new MongoServerFault(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${typeName(separator)}`,
    )
  }
  if (separator === '') throw new MongoServerFault(40087, '$split requires a non-empty separator')
  return input.split(separator)
})

const strcasecmp = binary('$strcasecmp', (left, right) => {
  const order = Buffer.compare(
    Buffer.from(toUpper(coerceToString(left))),
    Buffer.from(toUpper(coerceToString(right))),
  )
  return new Int32(order)
})

const strLenBytes = unary('$strLenBytes', (value) => {
  if (typeof value === 'string') return new Int32(Buffer.byteLength(value))
  throw new MongoServerFault(34473, `$strLenBytes requires a string argument, found: ${typeName(value)}`)
})

const strLenCP = unary('$strLenCP', (value) => {
  if (typeof value === 'string') return new Int32(codePointsIn(value))
  throw new MongoServerFault(34471, `$strLenCP requires a string argument, found: ${typeName(value)}`)
})

/** The number of code points in a text. */
export function codePointsIn(text: string): number {
  let count = text.length
  for (let index = 1; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    const before = text.charCodeAt(index - 1)
    if (unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff) count -= 1
  }
  return count
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

function substrBytes(name: string): OperatorCompiler {
  return listOperator(name, 3, 3, ([text, start, size]) => {
    const [textOf, startOf, sizeOf] = [present(text), present(start), present(size)]
    return (root) => {
      const bytes = Buffer.from(coerceToString(textOf(root)))
      const lower = startOf(root)
      const length = sizeOf(root)
      if (!isNumber(lower)) {
        throw new MongoServerFault(
          16034,
          `$substrBytes:  starting index must be a numeric type (is BSON type ${typeName(lower)})`,
        )
      }
      if (!isNumber(length)) {
        throw new MongoServerFault(
          16035,
          `$substrBytes:  length must be a numeric type (is BSON type ${typeName(length)})`,
        )
      }
      return sliceBytes(bytes, Number(toInt64(lower)), Number(toInt64(length)))
    }
  })
}

function sliceBytes(bytes: Buffer, from: number, length: number): string {
  if (from < 0) {
    throw new MongoServerFault(50752, `$substrBytes:  starting index must be non-negative (got: ${from})`)
  }
  const to = length < 0 ? from + bytes.length : from + length
  if (isContinuation(bytes[from])) {
    throw new MongoServerFault(
      28656,
      '$substrBytes:  Invalid range, starting index is a UTF-8 continuation byte.',
    )
  }
  if (isContinuation(bytes[to])) {
    throw new MongoServerFault(
      28657,
      '$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 character.',
    )
  }
  return bytes.toString('utf8', from, to)
}

const substrCP = listOperator('$substrCP', 3, 3, ([text, start, size]) => {
  const [textOf, startOf, sizeOf] = [present(text), present(start), present(size)]
  return (root) => {
    const source = coerceToString(textOf(root))
    const lower = wholeArgument(startOf(root), 'starting index', 34450, 34451)
    const length = wholeArgument(sizeOf(root), 'length', 34452, 34453)
    if (length < 0) throw new MongoServerFault(34454, '$substrCP: length must be a nonnegative integer.')
    if (lower < 0) {
      throw new MongoServerFault(34455, '$substrCP: the starting index must be nonnegative integer.')
    }
    return [...source].slice(lower, lower + length).join('')
  }
})

function wholeArgument(value: Value | undefined, what: string, typeCode: number, rangeCode: number): number {
  if (!isNumber(value)) {
    throw new MongoServerFault(
      typeCode,
      `$substrCP: ${what} must be a numeric type (is BSON type ${typeName(value)})`,
    )
  }
  if (!isIntegral32(value)) {
    throw new MongoServerFault(
      rangeCode,
      `$substrCP: ${what} cannot be represented as a 32-bit integral value: ${describe(value)}`,
    )
  }
  return Number(toInt64(value))
}

/** A starting or ending index of a search: whole and not negative. */
export function searchIndex(value: Value | undefined, operator: string, what: string): number {
  const index = asInt64(value)
  if (!isNumber(value) || index === undefined || !isIntegral32(value)) {
    throw new MongoServerFault(
      40096,
      `${operator}requires an integral ${what}, found a value of type: ${typeName(value)}, with value: ${describe(value)}`,
    )
  }
  if (index < 0n) {
    throw new MongoServerFault(40097, `${operator} requires a nonnegative ${what}, found: ${describe(value)}`)
  }
  return Number(index)
}

function indexOf<T>(
  name: string,
  codes: readonly [number, number],
  unitsOf: (text: string) => T,
  lengthOf: (units: T) => number,
  find: (units: T, token: T, from: number, to: number) => number,
): OperatorCompiler {
  return ranged(name, 2, 4, (values) => {
    const [text, token, start, end] = values
    if (isNullish(text)) return null
    if (typeof text !== 'string') {
      throw new MongoServerFault(
        codes[0],
        `${name} requires a string as the first argument, found: ${typeName(text)}`,
      )
    }
    if (typeof token !== 'string') {
      throw new MongoServerFault(
        codes[1],
        `${name} requires a string as the second argument, found: ${typeName(token)}`,
      )
    }
    const units = unitsOf(text)
    const from = values.length > 2 ? searchIndex(start, name, 'starting index') : 0
    const limit = values.length > 3 ? searchIndex(end, name, 'ending index') : lengthOf(units)
    const to = Math.min(limit, lengthOf(units))
    return new Int32(from > lengthOf(units) || to < from ? -1 : find(units, unitsOf(token), from, to))
  })
}

const indexOfBytes = indexOf<Buffer>(
  '$indexOfBytes',
  [40091, 40092],
  (text) => Buffer.from(text),
  (bytes) => bytes.length,
  (bytes, token, from, to) => bytes.subarray(0, to).indexOf(token, from),
)

const indexOfCP = indexOf<string[]>(
  '$indexOfCP',
  [40093, 40094],
  (text) => [...text],
  (points) => points.length,
  (points, token, from, to) => {
    if (points.length === 0 && token.length === 0) return 0
    for (let index = from; index < to; index += 1) {
      if (token.every((point, offset) => points[index + offset] === point)) return index
    }
    return -1
  },
)

const binarySize = unary('$binarySize', (value) => {
  if (isNullish(value)) return null
  if (typeof value === 'string') return new Int32(Buffer.byteLength(value))
  if (value instanceof Binary) return new Int32(value.length())
  throw new MongoServerFault(
    51276,
    `$binarySize requires a string or BinData argument, found: ${typeName(value)}`,
  )
})

const bsonSize = unary('$bsonSize', (value) => {
  if (isNullish(value)) return null
  if (value instanceof Map) return new Int32(encode(value).length)
  throw new MongoServerFault(31393, `$bsonSize requires a document input, found: ${typeName(value)}`)
})

export const stringOperators: Readonly<Record<string, OperatorCompiler>> = {
  $concat: concat,
  $toLower: unary('$toLower', (value) => toLower(coerceToString(value))),
  $toUpper: unary('$toUpper', (value) => toUpper(coerceToString(value))),
  $split: split,
  $strcasecmp: strcasecmp,
  $strLenBytes: strLenBytes,
  $strLenCP: strLenCP,
  $substr: substrBytes('$substr'),
  $substrBytes: substrBytes('$substrBytes'),
  $substrCP: substrCP,
  $indexOfBytes: indexOfBytes,
  $indexOfCP: indexOfCP,
  $binarySize: binarySize,
  $bsonSize: bsonSize,
}
