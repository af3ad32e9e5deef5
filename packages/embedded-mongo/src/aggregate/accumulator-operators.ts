import type { Value } from '../bson/document.ts'
import { isNumber } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type Accumulator, PLAIN_ACCUMULATORS } from './accumulator.ts'
import { countOf, ExtremeN, FirstN, LastN } from './accumulator-n.ts'
import { Percentile, percentileSpec } from './accumulator-percentile.ts'
import { nArguments } from './accumulators.ts'
import { folded, listOperator } from './operator.ts'
import type { OperatorCompiler, Scope } from './scope.ts'

function gathered(accumulator: Accumulator, values: Iterable<Value | undefined>): Value | undefined {
  for (const value of values) accumulator.add(value)
  return accumulator.result
}

/** An accumulator as an expression: over its operands, or over the elements of its one operand. */
function overOperands(name: string): OperatorCompiler {
  const create = PLAIN_ACCUMULATORS[name]
  return listOperator(name, 0, Number.POSITIVE_INFINITY, (operands, scope) => (root) => {
    const values = operands.map((operand) => operand(root))
    const [only] = values
    const list = values.length === 1 && Array.isArray(only) ? only : values
    return create === undefined ? undefined : gathered(create(scope), list)
  })
}

function overArray(name: string, start: (count: number, scope: Scope) => Accumulator): OperatorCompiler {
  return (argument, scope) => {
    const { n, input } = nArguments(name, argument)
    const count = scope.compile(n)
    const array = scope.compile(input)
    return folded(
      (root) => {
        const accumulator = start(countOf(count.evaluate(root)), scope)
        const values = array.evaluate(root)
        if (!Array.isArray(values)) throw new MongoServerFault(5788200, 'Input must be an array')
        return gathered(accumulator, values)
      },
      [count, array],
      scope,
    )
  }
}

function percentile(name: '$median' | '$percentile', notObject: number): OperatorCompiler {
  return (argument, scope) => {
    const { input, shares } = percentileSpec(name, argument, scope, notObject)
    const operand = scope.compile(input)
    return folded(
      (root) => {
        const value = operand.evaluate(root)
        const values = Array.isArray(value) ? value : isNumber(value) ? [value] : []
        return gathered(new Percentile(shares), values)
      },
      [operand],
      scope,
    )
  }
}

const NAMES = ['$sum', '$avg', '$min', '$max', '$stdDevPop', '$stdDevSamp', '$mergeObjects']

export const accumulatorOperators: Readonly<Record<string, OperatorCompiler>> = {
  ...Object.fromEntries(NAMES.map((name) => [name, overOperands(name)])),
  $firstN: overArray('$firstN', (count) => new FirstN(count)),
  $lastN: overArray('$lastN', (count) => new LastN(count)),
  $minN: overArray('$minN', (count, scope) => new ExtremeN(scope, count, 1)),
  $maxN: overArray('$maxN', (count, scope) => new ExtremeN(scope, count, -1)),
  $median: percentile('$median', 7436201),
  $percentile: percentile('$percentile', 7436200),
}
