import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { compileFilter, type FilterOptions, isOperators } from './matcher.ts'
import { splitPath, valueAtPath } from './paths.ts'
import { schemaFailures } from './schema-failures.ts'

const REASONS: Readonly<Record<string, string>> = {
  $eq: 'comparison failed',
  $ne: 'comparison failed',
  $gt: 'comparison failed',
  $gte: 'comparison failed',
  $lt: 'comparison failed',
  $lte: 'comparison failed',
  $in: 'no matching value found in array',
  $nin: 'matching value found in array',
  $type: 'type did not match',
  $exists: 'path does not exist',
  $regex: 'regular expression did not match',
  $size: 'array length was not equal to given size',
  $all: 'array did not contain all specified values',
  $elemMatch: 'array did not satisfy the child predicate',
  $mod: '$mod did not evaluate to expected remainder',
}

/**
 * What of a validator a document does not satisfy, as the `errInfo` of MongoDB's error has it; null where it satisfies all
 * (source: MongoDB's manual, "Specify Validation Level", and its output for each operator).
 */
export function validationFailure(validator: Doc, doc: Doc, options: FilterOptions): Doc | null {
  const failing = clausesOf(validator).flatMap((clause, index) => {
    const details = compileFilter(clause, options).matches(doc) ? null : clauseFailure(clause, doc, options)
    return details === null ? [] : [{ index, details }]
  })
  const [only] = failing
  if (only === undefined) return null
  return clausesOf(validator).length === 1
    ? only.details
    : new Map<string, Value>([
        ['operatorName', '$and'],
        ['clausesNotSatisfied', listed(failing)],
      ])
}

/** Each condition of a filter by itself. */
function clausesOf(filter: Doc): Doc[] {
  return [...filter].flatMap(([name, condition]) => {
    if (name.startsWith('$') || !isOperators(condition)) return [new Map([[name, condition]])]
    const { $options, ...operators } = Object.fromEntries(condition)
    return Object.entries(operators).map(
      ([operator, argument]) =>
        new Map([
          [
            name,
            new Map<string, Value>([
              [operator, argument],
              ...(operator === '$regex' && $options !== undefined ? ([['$options', $options]] as const) : []),
            ]),
          ],
        ]),
    )
  })
}

function clauseFailure(clause: Doc, doc: Doc, options: FilterOptions): Doc {
  const [[name, condition] = ['', null]] = clause
  if (name === '$jsonSchema' && condition instanceof Map) {
    const entry = new Map<string, Value>([['operatorName', name]])
    for (const note of ['title', 'description']) {
      const text = condition.get(note)
      if (text !== undefined) entry.set(note, text)
    }
    return entry.set('schemaRulesNotSatisfied', schemaFailures(condition, doc))
  }
  if (Array.isArray(condition) && (name === '$and' || name === '$or' || name === '$nor'))
    return logicalFailure(name, condition, doc, options)
  if (name === '$expr')
    return new Map<string, Value>([
      ['operatorName', name],
      ['specifiedAs', clause],
      ['reason', 'expression did not match'],
      ['expressionResult', false],
    ])
  const [operator = '$eq'] = isOperators(condition) ? condition.keys() : []
  const entry = new Map<string, Value>([
    ['operatorName', operator],
    ['specifiedAs', clause],
  ])
  const value = valueAtPath(doc, splitPath(name))
  if (operator === '$exists')
    return entry.set('reason', value === undefined ? 'path does not exist' : 'path does exist')
  if (value === undefined) return entry.set('reason', 'field was missing')
  entry.set('reason', REASONS[operator] ?? 'condition not met').set('consideredValue', value)
  return operator === '$type' ? entry.set('consideredType', typeName(value)) : entry
}

function logicalFailure(name: string, clauses: readonly Value[], doc: Doc, options: FilterOptions): Doc {
  const judged = clauses.flatMap((clause, index) => {
    if (!(clause instanceof Map)) return []
    return [{ index, details: validationFailure(clause, doc, options) ?? new Map<string, Value>() }]
  })
  const satisfied = judged.filter(({ details }) => details.size === 0)
  return name === '$nor'
    ? new Map<string, Value>([
        ['operatorName', name],
        ['clausesSatisfied', listed(satisfied)],
      ])
    : new Map<string, Value>([
        ['operatorName', name],
        ['clausesNotSatisfied', listed(judged.filter(({ details }) => details.size > 0))],
      ])
}

function listed(failing: ReadonlyArray<{ readonly index: number; readonly details: Doc }>): Doc[] {
  return failing.map(
    ({ index, details }) =>
      new Map<string, Value>([
        ['index', new Int32(index)],
        ['details', details],
      ]),
  )
}
