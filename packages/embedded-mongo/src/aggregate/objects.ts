import type { Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { namedArguments, unary } from './operator.ts'
import type { Evaluate, Expression, OperatorCompiler } from './scope.ts'
import { describe, isNullish } from './values.ts'

const objectToArray = unary('$objectToArray', (value) => {
  if (isNullish(value)) return null
  if (!(value instanceof Map)) {
    throw new MongoServerFault(40390, `$objectToArray requires a document input, found: ${typeName(value)}`)
  }
  return [...value].map(
    ([name, inner]) =>
      new Map<string, Value>([
        ['k', name],
        ['v', inner],
      ]),
  )
})

const arrayToObject = unary('$arrayToObject', (value) => {
  if (isNullish(value)) return null
  if (!Array.isArray(value)) {
    throw new MongoServerFault(40386, `$arrayToObject requires an array input, found: ${typeName(value)}`)
  }
  const [first] = value
  if (first === undefined) return new Map()
  const entryOf = Array.isArray(first) ? pairEntry : first instanceof Map ? namedEntry : undefined
  if (entryOf === undefined) {
    throw new MongoServerFault(40398, `Unrecognised input type format for $arrayToObject: ${typeName(first)}`)
  }
  return new Map(value.map(entryOf))
})

function pairEntry(element: Value): [string, Value] {
  if (!Array.isArray(element)) throw inconsistent(40396, 'Array', element)
  if (element.length !== 2) {
    throw new MongoServerFault(
      40397,
      `$arrayToObject requires an array of size 2 arrays,found array of size: ${element.length}`,
    )
  }
  const [name, value] = element
  if (typeof name !== 'string') {
    throw new MongoServerFault(
      40395,
      `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${typeName(name)}`,
    )
  }
  return [withoutNull(name, 4940400), value ?? null]
}

function namedEntry(element: Value): [string, Value] {
  if (!(element instanceof Map)) throw inconsistent(40391, 'Object', element)
  if (element.size !== 2) {
    throw new MongoServerFault(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${element.size}`,
    )
  }
  const name = element.get('k')
  const value = element.get('v')
  if (name === undefined || value === undefined) {
    throw new MongoServerFault(
      40393,
      `$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: ${describe(element)}`,
    )
  }
  if (typeof name !== 'string') {
    throw new MongoServerFault(
      40394,
      `$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: ${typeName(name)}`,
    )
  }
  return [withoutNull(name, 4940401), value]
}

function inconsistent(code: number, expected: string, element: Value): MongoServerFault {
  return new MongoServerFault(
    code,
    `$arrayToObject requires a consistent input format. Elements mustall be arrays or all be objects. ${expected} was detected, now found: ${typeName(element)}`,
  )
}

function withoutNull(name: string, code: number): string {
  if (name.includes('\0')) throw new MongoServerFault(code, 'Key field cannot contain an embedded null byte')
  return name
}

/** The constant name in `field`; MongoDB 7 refuses anything that is not one. */
function constantField(name: string, operand: Value, codes: readonly [number, number, number]): string {
  if (typeof operand === 'string' && operand.startsWith('$')) {
    throw new MongoServerFault(
      codes[0],
      `'${operand}' is a field path reference which is not allowed in this context. Did you mean {$literal: '${operand}'}?`,
    )
  }
  const [first] = operand instanceof Map ? operand : []
  const isLiteral =
    operand instanceof Map && operand.size === 1 && /^\$(literal|const)$/.test(first?.[0] ?? '')
  if (Array.isArray(operand) || (operand instanceof Map && !isLiteral)) {
    throw new MongoServerFault(
      codes[1],
      `${name} requires 'field' to evaluate to a constant, but got a non-constant argument`,
    )
  }
  const value = isLiteral ? first?.[1] : operand
  if (typeof value === 'string') return value
  throw new MongoServerFault(
    codes[2],
    `${name} requires 'field' to evaluate to type String, but got ${typeName(value)}`,
  )
}

const getField: OperatorCompiler = (argument, scope) => {
  let field: Value | undefined = argument
  let input: Value | undefined = '$$CURRENT'
  if (argument instanceof Map && ![...argument.keys()][0]?.startsWith('$')) {
    const named = namedArguments(argument, ['field', 'input'], {
      notObject: [3041701, ''],
      unknown: (name) => [3041701, `$getField found an unknown argument: ${name}`],
      missing: {
        field: [3041702, "$getField requires 'field' to be specified"],
        input: [3041703, "$getField requires 'input' to be specified"],
      },
    })
    field = named.get('field')
    input = named.get('input')
  }
  const name = constantField('$getField', field ?? null, [5654600, 5654601, 5654602])
  const source = scope.compile(input ?? null)
  const evaluate: Evaluate = (root) => {
    const value = source.evaluate(root)
    if (value instanceof Map) return value.get(name)
    return value !== undefined && isNullish(value) ? null : undefined
  }
  return { evaluate, constant: false }
}

function fieldSetter(name: string, arguments_: readonly string[]): OperatorCompiler {
  return (argument, scope) => {
    const named = namedArguments(argument, arguments_, {
      notObject: [4161100, `${name} only supports an object as its argument`],
      unknown: (unknown) => [4161101, `${name} found an unknown argument: ${unknown}`],
      missing: {
        field: [4161102, `${name} requires 'field' to be specified`],
        ...(arguments_.includes('value')
          ? { value: [4161103, `${name} requires 'value' to be specified`] as const }
          : {}),
        input: [4161109, `${name} requires 'input' to be specified`],
      },
    })
    const field = constantField(name, named.get('field') ?? null, [4161108, 4161106, 4161107])
    const input = scope.compile(named.get('input') ?? null)
    const value: Expression | undefined = named.has('value')
      ? scope.compile(named.get('value') ?? null)
      : undefined
    return {
      evaluate: (root) => {
        const source = input.evaluate(root)
        if (isNullish(source)) return null
        if (!(source instanceof Map)) {
          throw new MongoServerFault(
            4161105,
            `${name} requires 'input' to evaluate to type Object, but got ${typeName(source)}`,
          )
        }
        const result = new Map(source)
        const next = value?.evaluate(root)
        if (next === undefined) result.delete(field)
        else result.set(field, next)
        return result
      },
      constant: false,
    }
  }
}

export const objectOperators: Readonly<Record<string, OperatorCompiler>> = {
  $objectToArray: objectToArray,
  $arrayToObject: arrayToObject,
  $getField: getField,
  $setField: fieldSetter('$setField', ['field', 'input', 'value']),
  $unsetField: fieldSetter('$unsetField', ['field', 'input']),
}
