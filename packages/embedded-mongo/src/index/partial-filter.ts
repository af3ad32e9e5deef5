import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { compileFilter, isOperators, isTrue } from '../query/matcher.ts'

const OPERATORS = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$type', '$exists', '$in'])

/** @throws MongoServerFault CannotCreateIndex for what no partial index can be built on */
export function checkPartialFilter(filter: Doc): void {
  compileFilter(filter)
  for (const [path, condition] of filter) checkClause(path, condition)
}

function checkClause(path: string, condition: Value): void {
  if (path === '$and' || path === '$or') {
    if (Array.isArray(condition))
      for (const clause of condition)
        if (clause instanceof Map) for (const [inner, value] of clause) checkClause(inner, value)
    return
  }
  if (path.startsWith('$')) throw unsupported(path)
  if (!isOperators(condition)) return
  for (const [operator, argument] of condition) {
    if (!OPERATORS.has(operator) || (operator === '$exists' && !isTrue(argument))) throw unsupported(operator)
  }
}

function unsupported(operator: string): MongoServerFault {
  return new MongoServerFault('CannotCreateIndex', `Expression not supported in partial index: ${operator}`)
}
