import { Int32, Long } from 'bson'
import type { Collation } from '../bson/collation.ts'
import { compare, equals } from '../bson/compare.ts'
import { cloneValue } from '../bson/convert.ts'
import type { Value } from '../bson/document.ts'
import {
  add,
  asInteger,
  compareNumbers,
  isNumber,
  multiply,
  type NumberValue,
  OverflowError,
  toBigInt,
} from '../bson/numbers.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { arrayFor, type FieldUpdate, KEEP, type OperatorOptions } from './field-update.ts'
import { compileElementTest, type FilterOptions } from './matcher.ts'
import { preview } from './update-paths.ts'
import { pushOperator } from './update-push.ts'

/** The operators that change one field by its own value alone. */
export function fieldOperator(
  operator: string,
  path: string,
  argument: Value,
  options: OperatorOptions,
): FieldUpdate {
  switch (operator) {
    case '$set':
    case '$setOnInsert':
      return () => cloneValue(argument)
    case '$unset':
      return (current) => (current === undefined ? KEEP : undefined)
    case '$inc':
      return arithmetic('$inc', 'increment', path, argument, (a, b) => add(a, b, 'refuse'), argument)
    case '$mul':
      return arithmetic(
        '$mul',
        'multiply',
        path,
        argument,
        (a, b) => multiply(a, b, 'refuse'),
        zeroLike(argument),
      )
    case '$min':
      return (current) =>
        current === undefined || compare(argument, current, options.collation) < 0
          ? cloneValue(argument)
          : KEEP
    case '$max':
      return (current) =>
        current === undefined || compare(argument, current, options.collation) > 0
          ? cloneValue(argument)
          : KEEP
    case '$currentDate':
      return currentDate(argument, options)
    case '$push':
      return pushOperator(path, argument, options)
    case '$addToSet':
      return addToSet(argument, options.collation)
    case '$pop':
      return pop(argument)
    case '$pull':
      return pull(argument, options)
    case '$pullAll':
      return pullAll(argument, options.collation)
    case '$bit':
      return bit(path, argument)
    default:
      throw new MongoServerFault(
        'FailedToParse',
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      )
  }
}

function zeroLike(argument: Value): Value {
  return isNumber(argument) ? multiply(argument, new Int32(0)) : argument
}

function arithmetic(
  operator: string,
  verb: string,
  path: string,
  argument: Value,
  combine: (a: NumberValue, b: NumberValue) => NumberValue,
  whenMissing: Value,
): FieldUpdate {
  if (!isNumber(argument)) {
    throw new MongoServerFault(
      'TypeMismatch',
      `Cannot ${verb} with non-numeric argument: {${path}: ${preview(argument)}}`,
    )
  }
  return (current, id) => {
    if (current === undefined) return whenMissing
    if (!isNumber(current)) {
      throw new MongoServerFault(
        'TypeMismatch',
        `Cannot apply ${operator} to a value of non-numeric type. {_id: ${preview(id)}} has the field '${path.split('.').at(-1)}' of non-numeric type ${typeName(current)}`,
      )
    }
    try {
      const result = combine(current, argument)
      return result.constructor === current.constructor && compareNumbers(result, current) === 0
        ? KEEP
        : result
    } catch (error) {
      if (!(error instanceof OverflowError)) throw error
      throw new MongoServerFault(
        'BadValue',
        `Failed to apply ${operator} operations to current value (${preview(current)}) for document {_id: ${preview(id)}}`,
      )
    }
  }
}

function currentDate(argument: Value, options: OperatorOptions): FieldUpdate {
  if (typeof argument === 'boolean') return () => options.now
  const type = argument instanceof Map && argument.size === 1 ? argument.get('$type') : undefined
  if (type === 'date') return () => options.now
  if (type === 'timestamp') return () => options.nextTimestamp()
  if (!(argument instanceof Map)) {
    throw new MongoServerFault(
      'BadValue',
      `${typeName(argument)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    )
  }
  throw new MongoServerFault(
    'BadValue',
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  )
}

function addToSet(argument: Value, collation: Collation | undefined): FieldUpdate {
  const each = argument instanceof Map ? argument.get('$each') : undefined
  if (each !== undefined && !Array.isArray(each)) {
    throw new MongoServerFault(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${typeName(each)}`,
    )
  }
  if (each !== undefined && argument instanceof Map && argument.size > 1) {
    const other = [...argument.keys()].find((name) => name !== '$each')
    throw new MongoServerFault('BadValue', `Found unexpected fields after $each in $addToSet: ${other}`)
  }
  const values = each ?? [argument]
  return (current, id, path) => {
    if (current !== undefined && !Array.isArray(current)) {
      throw new MongoServerFault(
        'BadValue',
        `Cannot apply $addToSet to non-array field. Field named '${path}' has non-array type ${typeName(current)}`,
      )
    }
    const array = [...arrayFor(current, id, path)]
    const before = array.length
    for (const value of values)
      if (!array.some((present) => equals(present, value, collation))) array.push(cloneValue(value))
    return array.length === before && current !== undefined ? KEEP : array
  }
}

function pop(argument: Value): FieldUpdate {
  if (!isNumber(argument))
    throw new MongoServerFault('FailedToParse', `Expected a number in: $pop: ${preview(argument)}`)
  const end = asInteger(argument)
  if (end !== 1 && end !== -1)
    throw new MongoServerFault('FailedToParse', `$pop expects 1 or -1, found: ${preview(argument)}`)
  return (current, _id, path) => {
    if (current === undefined) return KEEP
    if (!Array.isArray(current))
      throw new MongoServerFault(
        'TypeMismatch',
        `Path '${path}' contains an element of non-array type '${typeName(current)}'`,
      )
    if (current.length === 0) return KEEP
    return end === 1 ? current.slice(0, -1) : current.slice(1)
  }
}

function pull(argument: Value, options: FilterOptions): FieldUpdate {
  const test = compileElementTest(argument, options)
  return (current) => {
    if (current === undefined) return KEEP
    if (!Array.isArray(current))
      throw new MongoServerFault('BadValue', 'Cannot apply $pull to a non-array value')
    const kept = current.filter((element) => !test(element))
    return kept.length === current.length ? KEEP : kept
  }
}

function pullAll(argument: Value, collation: Collation | undefined): FieldUpdate {
  if (!Array.isArray(argument))
    throw new MongoServerFault(
      'BadValue',
      `$pullAll requires an array argument but was given a ${typeName(argument)}`,
    )
  return (current) => {
    if (current === undefined) return KEEP
    if (!Array.isArray(current))
      throw new MongoServerFault('BadValue', 'Cannot apply $pullAll to a non-array value')
    const kept = current.filter(
      (element) => !argument.some((unwanted) => equals(element, unwanted, collation)),
    )
    return kept.length === current.length ? KEEP : kept
  }
}

const BITWISE: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
}

/** Timestamps are Longs in the bson package, and no numbers. */
function isWholeNumber(value: Value): value is Int32 | Long {
  return isNumber(value) && (value instanceof Int32 || value instanceof Long)
}

function bit(path: string, argument: Value): FieldUpdate {
  if (!(argument instanceof Map)) {
    throw new MongoServerFault(
      'BadValue',
      `The $bit modifier is not compatible with a ${typeName(argument)}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    )
  }
  const steps = [...argument].map(([name, operand]) => {
    const combine = BITWISE[name]
    if (combine === undefined)
      throw new MongoServerFault(
        'BadValue',
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${preview(operand)}}`,
      )
    if (!isWholeNumber(operand)) {
      throw new MongoServerFault(
        'BadValue',
        `The $bit modifier field must be an Integer(32/64 bit); a '${typeName(operand)}' is not supported here: {${name}: ${preview(operand)}}`,
      )
    }
    return { combine, operand }
  })
  if (steps.length === 0)
    throw new MongoServerFault(
      'BadValue',
      'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}',
    )
  return (current, id) => {
    if (current !== undefined && !isWholeNumber(current)) {
      throw new MongoServerFault(
        'BadValue',
        `Cannot apply $bit to a value of non-integral type._id: ${preview(id)} has the field ${path} of non-integer type ${typeName(current)}`,
      )
    }
    let result: Int32 | Long = current ?? new Int32(0)
    for (const { combine, operand } of steps) {
      const value = combine(toBigInt(result) ?? 0n, toBigInt(operand) ?? 0n)
      result =
        result instanceof Long || operand instanceof Long
          ? Long.fromBigInt(BigInt.asIntN(64, value))
          : new Int32(Number(BigInt.asIntN(32, value)))
    }
    return result
  }
}
