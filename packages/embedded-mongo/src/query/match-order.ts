import type { Test } from './matcher.ts'
import type { PathTest } from './path-tests.ts'

/** One condition of a filter, with what decides when it is asked. */
export interface RankedTest {
  readonly rank: number
  readonly path: string
  readonly test: Test
}

/**
 * MongoDB asks the conditions of a filter in an order of its own, whatever theirs is. It shows where several of them
 * go through an array, as the last one tells the element that the positional `$` means, and where one would fail.
 */
const ORDER = [
  '$or',
  '$elemMatch',
  '$size',
  '$eq',
  '$lte',
  '$lt',
  '$gt',
  '$gte',
  '$regex',
  '$mod',
  '$exists',
  '$in',
  '$bitsAllSet',
  '$bitsAllClear',
  '$bitsAnySet',
  '$bitsAnyClear',
  '$not',
  '$nor',
  '$type',
  '$text',
]
const RANKS = new Map(ORDER.map((operator, index) => [operator, index]))

/** The place of an operator; every negated one is a `$not`. */
export function rankOf(operator: string, test?: PathTest): number {
  const name = test !== undefined && test.holds !== 'some' ? '$not' : operator
  return RANKS.get(name) ?? ORDER.length
}

export function byRank(tests: readonly RankedTest[]): RankedTest[] {
  return [...tests].sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : Number(a.path > b.path)))
}
