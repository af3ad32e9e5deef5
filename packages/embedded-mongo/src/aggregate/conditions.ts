import type { Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import {
  type ArgumentFaults,
  compileNamed,
  constant,
  folded,
  listOperator,
  namedArguments,
  operandsOf,
  unary,
} from './operator.ts'
import type { Evaluate, Expression, OperatorCompiler, Scope } from './scope.ts'
import { isNullish, isTrue } from './values.ts'

const ANY = Number.POSITIVE_INFINITY
const NOTHING = new Map<string, Value>()

/** `$and` and `$or`; once a constant operand decides, the operands after it are not needed at run time. */
function connective(decisive: boolean): OperatorCompiler {
  return (argument, scope) => {
    const operands = operandsOf(argument, scope)
    const last = operands.at(-1)
    const decided = scope.folds && last?.constant === true && isTrue(last.evaluate(NOTHING)) === decisive
    if (decided) return constant(decisive)
    const evaluators = operands.map((operand) => operand.evaluate)
    const evaluate: Evaluate = (root) => {
      for (const operand of evaluators) if (isTrue(operand(root)) === decisive) return decisive
      return !decisive
    }
    return folded(evaluate, operands, scope)
  }
}

const PARTS = ['if', 'then', 'else'] as const

const CONDITION_FAULTS: ArgumentFaults = {
  notObject: [16020, 'Expression $cond takes exactly 3 arguments.'],
  unknown: (name) => [17083, `Unrecognized parameter to $cond: ${name}`],
  missing: Object.fromEntries(
    PARTS.map((part, index) => [part, [17080 + index, `Missing '${part}' parameter to $cond`] as const]),
  ),
}

const cond: OperatorCompiler = (argument, scope) => {
  const operands = argument instanceof Map ? namedCondition(argument, scope) : operandsOf(argument, scope)
  const [test, then, otherwise] = operands
  if (test === undefined || then === undefined || otherwise === undefined || operands.length > 3) {
    throw new MongoServerFault(
      16020,
      `Expression $cond takes exactly 3 arguments. ${operands.length} were passed in.`,
    )
  }
  if (test.constant && scope.folds) return isTrue(test.evaluate(NOTHING)) ? then : otherwise
  const [testOf, thenOf, otherwiseOf] = [test.evaluate, then.evaluate, otherwise.evaluate]
  return { evaluate: (root) => (isTrue(testOf(root)) ? thenOf(root) : otherwiseOf(root)), constant: false }
}

function namedCondition(argument: Value, scope: Scope): Expression[] {
  const named = namedArguments(argument, PARTS, CONDITION_FAULTS)
  const operands = compileNamed(named, scope)
  return PARTS.map((name) => operands.get(name) ?? constant(undefined))
}

const ifNull: OperatorCompiler = (argument, scope) => {
  const count = Array.isArray(argument) ? argument.length : 1
  if (count < 2) throw new MongoServerFault(1257300, `$ifNull needs at least two arguments, had: ${count}`)
  return coalesce(argument, scope)
}

const coalesce = listOperator('$ifNull', 2, ANY, (operands) => {
  const last = operands.length - 1
  return (root) => {
    for (let index = 0; index < last; index += 1) {
      const value = operands[index]?.(root)
      if (!isNullish(value)) return value
    }
    return operands[last]?.(root)
  }
})

interface Branch {
  readonly test: Evaluate
  readonly then: Evaluate
}

/** `$switch`: a branch whose case is constantly true ends the list, one constantly false is not in it. */
const switchCase: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['branches', 'default'], {
    notObject: [40060, `$switch requires an object as an argument, found: ${typeName(argument)}`],
    unknown: (name) => [40067, `$switch found an unknown argument: ${name}`],
  })
  const list = named.has('branches') ? named.get('branches') : []
  if (!Array.isArray(list)) {
    throw new MongoServerFault(40061, `$switch expected an array for 'branches', found: ${typeName(list)}`)
  }
  const source = list.map(readBranch)
  if (source.length === 0) throw new MongoServerFault(40068, '$switch requires at least one branch.')
  const fallback = named.get('default')
  let otherwise = fallback === undefined ? undefined : scope.compile(fallback).evaluate
  const branches: Branch[] = []
  let live = true
  for (const branch of source) {
    const test = (live ? scope : scope.withoutFolding()).compile(branch.test)
    const settled = live && scope.folds && test.constant ? isTrue(test.evaluate(NOTHING)) : undefined
    const then = (live && settled !== false ? scope : scope.withoutFolding()).compile(branch.then).evaluate
    if (settled === true) {
      otherwise = then
      live = false
    } else if (live && settled === undefined) {
      branches.push({ test: test.evaluate, then })
    }
  }
  if (branches.length === 0 && otherwise === undefined) {
    throw new MongoServerFault(
      40069,
      'One cannot execute a switch statement where all the cases evaluate to false without a default.',
    )
  }
  return { evaluate: chooser(branches, otherwise), constant: false }
}

function readBranch(branch: Value): { readonly test: Value; readonly then: Value } {
  if (!(branch instanceof Map)) {
    throw new MongoServerFault(
      40062,
      `$switch expected each branch to be an object, found: ${typeName(branch)}`,
    )
  }
  for (const name of branch.keys()) {
    if (name !== 'case' && name !== 'then') {
      throw new MongoServerFault(40063, `$switch found an unknown argument to a branch: ${name}`)
    }
  }
  const test = branch.get('case')
  const then = branch.get('then')
  if (test === undefined)
    throw new MongoServerFault(40064, "$switch requires each branch have a 'case' expression")
  if (then === undefined)
    throw new MongoServerFault(40065, "$switch requires each branch have a 'then' expression.")
  return { test, then }
}

function chooser(branches: readonly Branch[], otherwise: Evaluate | undefined): Evaluate {
  return (root) => {
    for (const branch of branches) if (isTrue(branch.test(root))) return branch.then(root)
    if (otherwise !== undefined) return otherwise(root)
    throw new MongoServerFault(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    )
  }
}

export const conditionOperators: Readonly<Record<string, OperatorCompiler>> = {
  $and: connective(false),
  $or: connective(true),
  $not: unary('$not', (value) => !isTrue(value)),
  $cond: cond,
  $ifNull: ifNull,
  $switch: switchCase,
}
