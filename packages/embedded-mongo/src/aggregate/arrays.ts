import { Int32 } from 'bson'
import type { Value } from '../bson/document.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import {
  binary,
  constant,
  folded,
  listOperator,
  namedArguments,
  operandsOf,
  ranged,
  unary,
} from './operator.ts'
import type { Expression, OperatorCompiler, Scope } from './scope.ts'
import { searchIndex } from './strings.ts'
import { describe, formatNumber, isIntegral32, isNullish, isTrue, toInt64 } from './values.ts'

function elementAt(
  name: string,
  array: Value | undefined,
  index: Value | undefined,
  unaryForm: boolean,
): Value | undefined {
  if (isNullish(array) || isNullish(index)) return null
  if (!Array.isArray(array)) {
    const which = unaryForm ? 'argument' : 'first argument'
    throw new MongoServerFault(28689, `${name}'s ${which} must be an array, but is ${typeName(array)}`)
  }
  if (!isNumber(index)) {
    throw new MongoServerFault(
      28690,
      `${name}'s second argument must be a numeric value, but is ${typeName(index)}`,
    )
  }
  if (!isIntegral32(index)) {
    throw new MongoServerFault(
      28691,
      `${name}'s second argument must be representable as a 32-bit integer: ${formatNumber(index)}`,
    )
  }
  return array.at(Number(toInt64(index)))
}

const slice = ranged('$slice', 2, 3, (values) => {
  const [array, second, third] = values
  if (isNullish(array) || isNullish(second)) return null
  if (!Array.isArray(array)) {
    throw new MongoServerFault(
      28724,
      `First argument to $slice must be an array, but is of type: ${typeName(array)}`,
    )
  }
  if (!isNumber(second)) {
    throw new MongoServerFault(
      28725,
      `Second argument to $slice must be a numeric value, but is of type: ${typeName(second)}`,
    )
  }
  if (!isIntegral32(second)) {
    throw new MongoServerFault(
      28726,
      `Second argument to $slice can't be represented as a 32-bit integer: ${formatNumber(second)}`,
    )
  }
  const start = Number(toInt64(second))
  if (values.length === 2)
    return start >= 0 ? array.slice(0, start) : array.slice(Math.max(0, array.length + start))
  if (isNullish(third)) return null
  const from = start < 0 ? Math.max(0, array.length + start) : start
  return array.slice(from, from + sliceCount(third))
})

function sliceCount(value: Value): number {
  if (!isNumber(value)) {
    throw new MongoServerFault(
      28727,
      `Third argument to $slice must be numeric, but is of type: ${typeName(value)}`,
    )
  }
  if (!isIntegral32(value)) {
    throw new MongoServerFault(
      28728,
      `Third argument to $slice can't be represented as a 32-bit integer: ${formatNumber(value)}`,
    )
  }
  const count = Number(toInt64(value))
  if (count <= 0) throw new MongoServerFault(28729, `Third argument to $slice must be positive: ${count}`)
  return count
}

const concatArrays = listOperator('$concatArrays', 0, Number.POSITIVE_INFINITY, (operands) => (root) => {
  const result: Value[] = []
  for (const operand of operands) {
    const value = operand(root)
    if (isNullish(value)) return null
    if (!Array.isArray(value)) {
      throw new MongoServerFault(28664, `$concatArrays only supports arrays, not ${typeName(value)}`)
    }
    for (const element of value) result.push(element)
  }
  return result
})

const size = unary('$size', (value) => {
  if (Array.isArray(value)) return new Int32(value.length)
  throw new MongoServerFault(
    17124,
    `The argument to $size must be an array, but was of type: ${typeName(value)}`,
  )
})

const reverseArray = unary('$reverseArray', (value) => {
  if (isNullish(value)) return null
  if (Array.isArray(value)) return value.toReversed()
  throw new MongoServerFault(
    34435,
    `The argument to $reverseArray must be an array, but was of type: ${typeName(value)}`,
  )
})

const includes = binary('$in', (needle, array, scope) => {
  if (!Array.isArray(array)) {
    throw new MongoServerFault(40081, `$in requires an array as a second argument, found: ${typeName(array)}`)
  }
  return array.some((element) => scope.equals(needle, element))
})

const indexOfArray = ranged('$indexOfArray', 2, 4, (values, scope) => {
  const [array, needle, start, end] = values
  if (isNullish(array)) return null
  if (!Array.isArray(array)) {
    throw new MongoServerFault(
      40090,
      `$indexOfArray requires an array as a first argument, found: ${typeName(array)}`,
    )
  }
  const from = values.length > 2 ? searchIndex(start, '$indexOfArray', 'starting index') : 0
  const limit = values.length > 3 ? searchIndex(end, '$indexOfArray', 'ending index') : array.length
  for (let index = from; index < Math.min(limit, array.length); index += 1) {
    if (scope.equals(array[index], needle)) return new Int32(index)
  }
  return new Int32(-1)
})

/** MongoDB looks at a constant array before it runs, and tells with a code of its own that it is none. */
const checkedIndexOfArray: OperatorCompiler = (argument, scope) => {
  const [array, ...others] = Array.isArray(argument) ? operandsOf(argument, scope) : []
  if (scope.folds && array?.constant === true && others.some(({ constant: isConstant }) => !isConstant)) {
    const value = array.evaluate(new Map())
    if (!isNullish(value) && !Array.isArray(value)) {
      throw new MongoServerFault(
        50809,
        `First operand of $indexOfArray must be an array. First argument is of type: ${typeName(value)}`,
      )
    }
  }
  return indexOfArray(argument, scope)
}

function rangeBound(value: Value | undefined, what: string, typeCode: number, rangeCode: number): number {
  if (!isNumber(value)) {
    throw new MongoServerFault(
      typeCode,
      `$range requires a numeric ${what} value, found value of type: ${typeName(value)}`,
    )
  }
  if (!isIntegral32(value)) {
    throw new MongoServerFault(
      rangeCode,
      `$range requires a ${what} value that can be represented as a 32-bit integer, found value: ${describe(value)}`,
    )
  }
  return Number(toInt64(value))
}

const MAX_RANGE_BYTES = 100 * 1024 * 1024
const RANGE_ELEMENT_BYTES = 16

const range = ranged('$range', 2, 3, (values) => {
  const from = rangeBound(values[0], 'starting', 34443, 34444)
  const to = rangeBound(values[1], 'ending', 34445, 34446)
  const step = values.length === 3 ? rangeBound(values[2], 'step', 34447, 34448) : 1
  if (step === 0) throw new MongoServerFault(34449, '$range requires a non-zero step value')
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (count * RANGE_ELEMENT_BYTES > MAX_RANGE_BYTES) {
    throw new MongoServerFault(
      'ExceededMemoryLimit',
      `$range would use too much memory (${count * RANGE_ELEMENT_BYTES} bytes) and cannot spill to disk. Memory limit: ${MAX_RANGE_BYTES} bytes`,
    )
  }
  return Array.from({ length: count }, (_, index) => new Int32(from + index * step))
})

function everyOrSome(name: string, code: number, every: boolean): OperatorCompiler {
  return unary(name, (value) => {
    if (!Array.isArray(value)) {
      throw new MongoServerFault(code, `${name}'s argument must be an array, but is ${typeName(value)}`)
    }
    return every ? value.every(isTrue) : value.some(isTrue)
  })
}

function listOf(value: Value | undefined, code: number, what: string, scope: Scope): Expression[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.map((operand) => scope.compile(operand))
  throw new MongoServerFault(code, `${what} must be an array of expressions, found ${typeName(value)}`)
}

const zip: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['inputs', 'defaults', 'useLongestLength'], {
    notObject: [34460, `$zip only supports an object as an argument, found ${typeName(argument)}`],
    unknown: (name) => [34464, `$zip found an unknown argument: ${name}`],
  })
  const inputs = listOf(named.get('inputs'), 34461, 'inputs', scope)
  const defaults = listOf(named.get('defaults'), 34462, 'defaults', scope)
  const longest = named.get('useLongestLength') ?? false
  if (typeof longest !== 'boolean') {
    throw new MongoServerFault(34463, `useLongestLength must be a bool, found ${typeName(longest)}`)
  }
  if (inputs.length === 0) throw new MongoServerFault(34465, '$zip requires at least one input array')
  if (defaults.length > 0 && !longest) {
    throw new MongoServerFault(34466, 'cannot specify defaults unless useLongestLength is true')
  }
  if (defaults.length > 0 && defaults.length !== inputs.length) {
    throw new MongoServerFault(34467, 'defaults and inputs must have the same length')
  }
  return folded(
    (root) => {
      const arrays: Value[][] = []
      for (const input of inputs) {
        const value = input.evaluate(root)
        if (isNullish(value)) return null
        if (!Array.isArray(value)) {
          throw new MongoServerFault(34468, `$zip found a non-array expression in input: ${describe(value)}`)
        }
        arrays.push(value)
      }
      const lengths = arrays.map(({ length }) => length)
      const rows = longest ? Math.max(...lengths) : Math.min(...lengths)
      const fillers = inputs.map((_, column) => (defaults[column] ?? constant(null)).evaluate(root) ?? null)
      return Array.from({ length: rows }, (_, row) =>
        arrays.map((array, column) => array[row] ?? fillers[column] ?? null),
      )
    },
    [...inputs, ...defaults],
    scope,
  )
}

export const arrayOperators: Readonly<Record<string, OperatorCompiler>> = {
  $arrayElemAt: binary('$arrayElemAt', (array, index) => elementAt('$arrayElemAt', array, index, false)),
  $first: unary('$first', (array) => elementAt('$first', array, new Int32(0), true)),
  $last: unary('$last', (array) => elementAt('$last', array, new Int32(-1), true)),
  $slice: slice,
  $concatArrays: concatArrays,
  $size: size,
  $isArray: unary('$isArray', (value) => Array.isArray(value)),
  $reverseArray: reverseArray,
  $in: includes,
  $indexOfArray: checkedIndexOfArray,
  $range: range,
  $allElementsTrue: everyOrSome('$allElementsTrue', 17040, true),
  $anyElementTrue: everyOrSome('$anyElementTrue', 17041, false),
  $zip: zip,
}
