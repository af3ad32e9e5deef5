import { compare } from '../bson/compare.ts'
import { cloneValue } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { asInteger, isNumber } from '../bson/numbers.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { arrayFor, type FieldUpdate, type OperatorOptions } from './field-update.ts'
import { elementComparison } from './sort.ts'
import { preview } from './update-paths.ts'

const CLAUSES = new Set(['$each', '$slice', '$sort', '$position'])

/** `$push` with `$each`, `$position`, `$sort` and `$slice`, which always act in this order. */
export function pushOperator(_path: string, argument: Value, options: OperatorOptions): FieldUpdate {
  const clauses = argument instanceof Map && argument.has('$each') ? argument : undefined
  if (clauses === undefined) {
    return (current, id, path) => {
      const array = arrayFor(current, id, path)
      return [...array, cloneValue(argument)]
    }
  }
  for (const name of clauses.keys()) {
    if (!CLAUSES.has(name)) throw new MongoServerFault('BadValue', `Unrecognized clause in $push: ${name}`)
  }
  const each = clauses.get('$each')
  if (!Array.isArray(each))
    throw new MongoServerFault(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${typeName(each)}`,
    )
  const position = integerClause(clauses, '$position')
  const slice = integerClause(clauses, '$slice')
  const sort = sortClause(clauses.get('$sort'), options)
  return (current, id, path) => {
    const array = [...arrayFor(current, id, path)]
    const at =
      position === undefined ? array.length : position < 0 ? Math.max(0, array.length + position) : position
    array.splice(at, 0, ...each.map((value) => cloneValue(value)))
    sort?.(array)
    if (slice === undefined) return array
    return slice >= 0 ? array.slice(0, slice) : array.slice(slice)
  }
}

function integerClause(clauses: Doc, name: '$position' | '$slice'): number | undefined {
  const value = clauses.get(name)
  if (value === undefined) return undefined
  const integer = asInteger(value)
  if (integer === undefined) {
    throw new MongoServerFault(
      'BadValue',
      `The value for ${name} must be an integer value but was given type: ${isNumber(value) ? 'double' : typeName(value)}`,
    )
  }
  return integer
}

function sortClause(
  spec: Value | undefined,
  options: OperatorOptions,
): ((array: Value[]) => void) | undefined {
  if (spec === undefined) return undefined
  const { collation } = options
  if (isNumber(spec)) {
    const direction = asInteger(spec)
    if (direction !== 1 && direction !== -1)
      throw new MongoServerFault('BadValue', 'The $sort element value must be either 1 or -1')
    return (array) => array.sort((a, b) => compare(a, b, collation) * direction)
  }
  if (!(spec instanceof Map))
    throw new MongoServerFault(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    )
  if (spec.size === 0)
    throw new MongoServerFault('BadValue', 'The $sort pattern is empty when it should be a set of fields.')
  for (const [name, direction] of spec) {
    if (name.split('.').includes(''))
      throw new MongoServerFault('BadValue', `The $sort field is empty or has an empty part: ${name}`)
    if (asInteger(direction) !== 1 && asInteger(direction) !== -1)
      throw new MongoServerFault(
        'BadValue',
        `The $sort element value must be either 1 or -1: ${name}: ${preview(direction)}`,
      )
  }
  const byFields = elementComparison(spec, collation)
  return (array) => array.sort(byFields)
}
