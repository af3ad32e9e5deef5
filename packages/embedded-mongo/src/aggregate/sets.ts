import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { binary, folded, listOperator, operandsOf } from './operator.ts'
import type { Evaluate, OperatorCompiler, Scope } from './scope.ts'
import { isNullish } from './values.ts'

const ANY = Number.POSITIVE_INFINITY

function keysOf(array: readonly Value[], scope: Scope): Set<string> {
  return new Set(array.map((value) => scope.hashKey(value)))
}

/** The distinct values of an array in MongoDB's order of values, the first of equal ones standing for all. */
export function sortedSet(array: readonly Value[], scope: Scope): Value[] {
  const distinct = new Map<string, Value>()
  for (const value of array) {
    const key = scope.hashKey(value)
    if (!distinct.has(key)) distinct.set(key, value)
  }
  return [...distinct.values()].sort((a, b) => scope.compare(a, b))
}

const setUnion = listOperator('$setUnion', 0, ANY, (operands, scope) => (root) => {
  const all: Value[] = []
  for (const operand of operands) {
    const value = operand(root)
    if (isNullish(value)) return null
    if (!Array.isArray(value)) {
      throw new MongoServerFault(
        17043,
        `All operands of $setUnion must be arrays. One argument is of type: ${typeName(value)}`,
      )
    }
    for (const element of value) all.push(element)
  }
  return sortedSet(all, scope)
})

const setIntersection = listOperator('$setIntersection', 0, ANY, (operands, scope) => (root) => {
  let common: Value[] | undefined
  for (const operand of operands) {
    const value = operand(root)
    if (isNullish(value)) return null
    if (!Array.isArray(value)) {
      throw new MongoServerFault(
        17047,
        `All operands of $setIntersection must be arrays. One argument is of type: ${typeName(value)}`,
      )
    }
    if (common === undefined) {
      common = value
    } else {
      const keys = keysOf(value, scope)
      common = common.filter((element) => keys.has(scope.hashKey(element)))
    }
  }
  return sortedSet(common ?? [], scope)
})

function twoArrays(
  name: string,
  codes: readonly [number, number],
  left: Value | undefined,
  right: Value | undefined,
): [Value[], Value[]] {
  if (!Array.isArray(left)) {
    throw new MongoServerFault(
      codes[0],
      `both operands of ${name} must be arrays. First argument is of type: ${typeName(left)}`,
    )
  }
  if (!Array.isArray(right)) {
    throw new MongoServerFault(
      codes[1],
      `both operands of ${name} must be arrays. Second argument is of type: ${typeName(right)}`,
    )
  }
  return [left, right]
}

const setDifference = binary('$setDifference', (left, right, scope) => {
  if (isNullish(left) || isNullish(right)) return null
  const [from, without] = twoArrays('$setDifference', [17048, 17049], left, right)
  const seen = keysOf(without, scope)
  return from.filter((value) => {
    const key = scope.hashKey(value)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
})

const setIsSubset: OperatorCompiler = (argument, scope) => {
  const operands = operandsOf(argument, scope)
  const [left, right] = operands
  if (left === undefined || right === undefined || operands.length > 2) {
    throw new MongoServerFault(
      16020,
      `Expression $setIsSubset takes exactly 2 arguments. ${operands.length} were passed in.`,
    )
  }
  // MongoDB's codes tell a constant second operand apart
  const codes: readonly [number, number] = !left.constant && right.constant ? [17310, 17311] : [17046, 17042]
  const test = (inner: Value | undefined, outer: Value | undefined): Value => {
    const [some, all] = twoArrays('$setIsSubset', codes, inner, outer)
    const keys = keysOf(all, scope)
    return some.every((value) => keys.has(scope.hashKey(value)))
  }
  return folded((root) => test(left.evaluate(root), right.evaluate(root)), operands, scope)
}

const setEquals: OperatorCompiler = (argument, scope) => {
  const operands = operandsOf(argument, scope)
  if (operands.length < 2) {
    throw new MongoServerFault(17045, `$setEquals needs at least two arguments had: ${operands.length}`)
  }
  const keysAt = (value: Value | undefined, index: number, code: number): Set<string> => {
    if (Array.isArray(value)) return keysOf(value, scope)
    throw new MongoServerFault(
      code,
      `All operands of $setEquals must be arrays. ${index + 1}-th argument is of type: ${typeName(value)}`,
    )
  }
  const sets = operands.map(({ constant, evaluate }, index) => {
    if (!constant || !scope.folds) return (root: Doc) => keysAt(evaluate(root), index, 17044)
    const keys = keysAt(evaluate(new Map()), index, 5887502)
    return () => keys
  })
  const evaluate: Evaluate = (root) => {
    let first: Set<string> | undefined
    for (const setOf of sets) {
      const keys = setOf(root)
      first ??= keys
      if (keys.size !== first.size) return false
      for (const key of keys) if (!first.has(key)) return false
    }
    return true
  }
  return { evaluate, constant: false }
}

export const setOperators: Readonly<Record<string, OperatorCompiler>> = {
  $setUnion: setUnion,
  $setIntersection: setIntersection,
  $setDifference: setDifference,
  $setIsSubset: setIsSubset,
  $setEquals: setEquals,
}
