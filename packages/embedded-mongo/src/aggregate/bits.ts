import { Int32, Long, Timestamp } from 'bson'
import type { Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { listOperator, unary } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { isNullish } from './values.ts'

function isWhole(value: Value): value is Int32 | Long {
  return value instanceof Int32 || (value instanceof Long && !(value instanceof Timestamp))
}

function refuse(name: string, value: Value): never {
  throw new MongoServerFault(
    'TypeMismatch',
    `${name} only supports int and long operands, not ${typeName(value)}`,
  )
}

function bitwise(name: string, start: bigint, combine: (a: bigint, b: bigint) => bigint): OperatorCompiler {
  return listOperator(name, 0, Number.POSITIVE_INFINITY, (operands) => (root) => {
    let result = start
    let isLong = false
    for (const operand of operands) {
      const value = operand(root)
      if (isNullish(value)) return null
      if (!isWhole(value)) refuse(name, value)
      if (value instanceof Long) isLong = true
      result = combine(result, value instanceof Long ? value.toBigInt() : BigInt(value.value))
    }
    return isLong ? Long.fromBigInt(result) : new Int32(Number(result))
  })
}

const bitNot = unary('$bitNot', (value) => {
  if (isNullish(value)) return null
  if (!isWhole(value)) refuse('$bitNot', value)
  return value instanceof Long ? value.not() : new Int32(~value.value)
})

export const bitOperators: Readonly<Record<string, OperatorCompiler>> = {
  $bitAnd: bitwise('$bitAnd', -1n, (a, b) => a & b),
  $bitOr: bitwise('$bitOr', 0n, (a, b) => a | b),
  $bitXor: bitwise('$bitXor', 0n, (a, b) => a ^ b),
  $bitNot: bitNot,
}
