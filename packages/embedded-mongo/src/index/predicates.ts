import { BSONRegExp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { isOperators, isTrue } from '../query/matcher.ts'

/** One condition on one path that an index may help with. All conditions of a list on one array element at once. */
export interface Predicate {
  readonly path: string
  readonly conditions: ReadonlyArray<readonly [operator: string, argument: Value]>
}

/** What a filter asks, as far as all of it must hold. */
export interface Conjunction {
  readonly predicates: readonly Predicate[]
  /** Each `$or` that must hold as well. */
  readonly alternatives: ReadonlyArray<readonly Doc[]>
  readonly text: Doc | undefined
}

/** Takes a filter apart into the conditions that every match meets. */
export function conjunctionOf(filter: Doc): Conjunction {
  const predicates: Predicate[] = []
  const alternatives: Array<readonly Doc[]> = []
  const texts: Doc[] = []
  const collect = (part: Doc): void => {
    for (const [name, condition] of part) {
      if (!name.startsWith('$')) collectField(name, condition, predicates)
      else if (name === '$and') for (const clause of docsIn(condition)) collect(clause)
      else if (name === '$or') {
        const clauses = docsIn(condition)
        const [only] = clauses
        if (clauses.length === 1 && only !== undefined) collect(only)
        else alternatives.push(clauses)
      } else if (name === '$text' && condition instanceof Map) texts.push(condition)
    }
  }
  collect(filter)
  return { predicates, alternatives, text: texts[0] }
}

function collectField(path: string, condition: Value, into: Predicate[]): void {
  if (!isOperators(condition)) {
    into.push({ path, conditions: [['$eq', condition]] })
    return
  }
  for (const [operator, argument] of condition) {
    if (operator === '$elemMatch' && argument instanceof Map) collectElement(path, argument, into)
    else if (operator === '$all' && Array.isArray(argument)) {
      for (const wish of argument) if (!isOperators(wish)) into.push({ path, conditions: [['$eq', wish]] })
    } else if (operator === '$regex')
      into.push({ path, conditions: [['$eq', regexOf(argument, condition.get('$options'))]] })
    else if (operator !== '$options') into.push({ path, conditions: [[operator, argument]] })
  }
}

function collectElement(path: string, condition: Doc, into: Predicate[]): void {
  const conditions = [...condition]
  if (conditions.some(([name]) => name.startsWith('$'))) {
    if (conditions.every(([operator]) => VALUE_OPERATORS.has(operator))) into.push({ path, conditions })
    return
  }
  for (const [name, inner] of conditions) collectField(`${path}.${name}`, inner, into)
}

const VALUE_OPERATORS = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$in'])

function regexOf(argument: Value, options: Value | undefined): Value {
  if (argument instanceof BSONRegExp)
    return typeof options === 'string' ? new BSONRegExp(argument.pattern, options) : argument
  return new BSONRegExp(String(argument), typeof options === 'string' ? [...options].sort().join('') : '')
}

function docsIn(value: Value): Doc[] {
  return Array.isArray(value) ? value.filter((item) => item instanceof Map) : []
}

/** Whether a document that meets the predicates has something at the path for certain. */
export function requiresPresence(path: string, predicates: readonly Predicate[]): boolean {
  return predicates.some(
    (predicate) =>
      predicate.path === path &&
      predicate.conditions.some(([operator, argument]) => excludesMissing(operator, argument)),
  )
}

function excludesMissing(operator: string, argument: Value): boolean {
  switch (operator) {
    case '$exists':
      return isTrue(argument)
    case '$eq':
    case '$gte':
    case '$lte':
      return argument !== null
    case '$gt':
    case '$lt':
    case '$type':
    case '$mod':
    case '$size':
      return true
    case '$ne':
      return argument === null
    case '$in':
      return Array.isArray(argument) && !argument.includes(null)
    default:
      return false
  }
}
