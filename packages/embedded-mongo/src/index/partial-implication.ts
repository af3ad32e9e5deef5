import { compare, equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { compileElementTest, isOperators } from '../query/matcher.ts'
import { boundsOf } from './bounds.ts'
import { type Predicate, requiresPresence } from './predicates.ts'
import { isPoint } from './ranges.ts'

/** Whether every document that meets the predicates is one that a partial index holds. */
export function impliesPartialFilter(partial: Doc, predicates: readonly Predicate[]): boolean {
  return [...partial].every(([path, condition]) => {
    if (path === '$and')
      return (
        Array.isArray(condition) &&
        condition.every((clause) => clause instanceof Map && impliesPartialFilter(clause, predicates))
      )
    if (path === '$or')
      return (
        Array.isArray(condition) &&
        condition.some((clause) => clause instanceof Map && impliesPartialFilter(clause, predicates))
      )
    if (!isOperators(condition)) return impliesOne(path, '$eq', condition, predicates)
    return [...condition].every(([operator, argument]) => impliesOne(path, operator, argument, predicates))
  })
}

function impliesOne(
  path: string,
  operator: string,
  argument: Value,
  predicates: readonly Predicate[],
): boolean {
  if (operator === '$exists') return requiresPresence(path, predicates)
  return predicates.some(
    (predicate) =>
      predicate.path === path &&
      predicate.conditions.some((condition) => stronger(condition, [operator, argument], predicate)),
  )
}

/** Whether a condition of the query leaves only values that the index's condition lets in. */
function stronger(
  own: readonly [string, Value],
  wanted: readonly [string, Value],
  predicate: Predicate,
): boolean {
  if (own[0] === wanted[0] && equals(own[1], wanted[1])) return true
  const [operator, argument] = wanted
  const test = compileElementTest(new Map([[operator, argument]]), {})
  if (own[0] === '$eq' && !(own[1] instanceof RegExp) && own[1] !== null && !Array.isArray(own[1]))
    return test(own[1])
  if (own[0] === '$in' && Array.isArray(own[1]))
    return own[1].every((value) => value !== null && !Array.isArray(value) && test(value))
  const sameSide =
    (own[0].startsWith('$g') && operator.startsWith('$g')) ||
    (own[0].startsWith('$l') && operator.startsWith('$l'))
  if (sameSide && ['$gt', '$gte', '$lt', '$lte'].includes(own[0])) {
    const order = compare(own[1], argument) * (operator.startsWith('$g') ? 1 : -1)
    return order > 0 || (order === 0 && (operator.length === 4 || own[0].length === 3))
  }
  if (operator === '$type') {
    const bounds = boundsOf(predicate, { collated: false, multikey: true })
    return (
      bounds?.every((range) => isPoint(range) && range.lower !== null && test(range.lower.value)) === true
    )
  }
  return false
}
