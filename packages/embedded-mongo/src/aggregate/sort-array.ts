import type { Doc, Value } from '../bson/document.ts'
import { toDouble } from '../bson/numbers.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { elementComparison } from '../query/sort.ts'
import { folded, namedArguments } from './operator.ts'
import type { OperatorCompiler, Scope } from './scope.ts'
import { isNullish } from './values.ts'

type Sorter = (array: Value[]) => Value[]

/** By whole elements with 1 or -1, or by fields of elements; elements that are no documents sort as empty ones. */
function sorterOf(sortBy: Value, scope: Scope): Sorter {
  if (sortBy instanceof Map) return fieldSorter(sortBy, scope)
  if (!isNumber(sortBy)) {
    throw new MongoServerFault(
      2942507,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    )
  }
  const direction = toDouble(sortBy)
  if (direction !== 1 && direction !== -1) {
    throw new MongoServerFault(2942506, 'The $sort element value must be either 1 or -1')
  }
  return (array) => array.toSorted((a, b) => scope.compare(a, b) * direction)
}

function fieldSorter(sortBy: Doc, scope: Scope): Sorter {
  if (sortBy.size === 0)
    throw new MongoServerFault(
      2942505,
      'BadValue: The $sort pattern is empty when it should be a set of fields.',
    )
  for (const [path, order] of sortBy) {
    if (isNumber(order) && Math.abs(toDouble(order)) === 1 && path !== '') continue
    throw new MongoServerFault(2942505, 'BadValue: The $sort element value must be either 1 or -1')
  }
  const byFields = elementComparison(sortBy, scope.surroundings.collation)
  return (array) => array.toSorted(byFields)
}

const sortArray: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['input', 'sortBy'], {
    notObject: [2942500, `$sortArray requires an object as an argument, found: ${typeName(argument)}`],
    unknown: (name) => [2942501, `$sortArray found an unknown argument: ${name}`],
    missing: {
      input: [2942502, "$sortArray requires 'input' to be specified"],
      sortBy: [2942503, "$sortArray requires 'sortBy' to be specified"],
    },
  })
  const input = scope.compile(named.get('input') ?? null)
  const sort = sorterOf(named.get('sortBy') ?? null, scope)
  const operands = [input]
  return folded(
    (root) => {
      const array = input.evaluate(root)
      if (isNullish(array)) return null
      if (Array.isArray(array)) return sort(array)
      throw new MongoServerFault(
        2942504,
        `The input argument to $sortArray must be an array, but was of type: ${typeName(array)}`,
      )
    },
    operands,
    scope,
  )
}

export const sortArrayOperators: Readonly<Record<string, OperatorCompiler>> = { $sortArray: sortArray }
