import type { Value } from '../bson/document.ts'
import { isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { constant, namedArguments } from './operator.ts'
import { type Evaluate, type OperatorCompiler, type Scope, validateVariableName } from './scope.ts'
import { describe, isIntegral32, isNullish, isTrue, toInt64 } from './values.ts'

const letIn: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['vars', 'in'], {
    notObject: [16874, '$let only supports an object as its argument'],
    unknown: (name) => [16875, `Unrecognized parameter to $let: ${name}`],
    missing: {
      vars: [16876, "Missing 'vars' parameter to $let"],
      in: [16877, "Missing 'in' parameter to $let"],
    },
  })
  const vars = named.get('vars')
  if (!(vars instanceof Map))
    throw new MongoServerFault(10065, `invalid parameter: expected an object (vars)`)
  const values = [...vars.values()].map((value) => scope.compile(value).evaluate)
  for (const name of vars.keys()) validateVariableName(name)
  const inner = scope.with([...vars.keys()])
  const body = inner.scope.compile(named.get('in') ?? null)
  if (values.length === 0) return body
  const { slots: memory } = scope
  return {
    evaluate: (root) => {
      for (let index = 0; index < values.length; index += 1) {
        memory[inner.slots[index] ?? 0] = values[index]?.(root)
      }
      return body.evaluate(root)
    },
    constant: false,
  }
}

/** The name in `as`, or `this`. */
function elementName(named: ReadonlyMap<string, Value>): string {
  const name = named.get('as')
  if (name === undefined) return 'this'
  const text = typeof name === 'string' ? name : ''
  validateVariableName(text)
  return text
}

/** Binds the variable of one element and compiles what is said about each. */
function perElement(
  scope: Scope,
  name: string,
  body: Value,
): { readonly bind: (value: Value) => void; readonly evaluate: Evaluate } {
  const inner = scope.with([name])
  const [slot = 0] = inner.slots
  const { slots: memory } = scope
  return {
    bind: (value) => {
      memory[slot] = value
    },
    evaluate: inner.scope.compile(body).evaluate,
  }
}

const map: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['input', 'as', 'in'], {
    notObject: [16878, '$map only supports an object as its argument'],
    unknown: (name) => [16879, `Unrecognized parameter to $map: ${name}`],
    missing: {
      input: [16880, "Missing 'input' parameter to $map"],
      in: [16882, "Missing 'in' parameter to $map"],
    },
  })
  const input = scope.compile(named.get('input') ?? null).evaluate
  const { bind, evaluate } = perElement(scope, elementName(named), named.get('in') ?? null)
  return {
    evaluate: (root) => {
      const array = input(root)
      if (isNullish(array)) return null
      if (!Array.isArray(array)) {
        throw new MongoServerFault(16883, `input to $map must be an array not ${typeName(array)}`)
      }
      return array.map((element) => {
        bind(element)
        return evaluate(root) ?? null
      })
    },
    constant: false,
  }
}

const filter: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['input', 'as', 'cond', 'limit'], {
    notObject: [28646, '$filter only supports an object as its argument'],
    unknown: (name) => [28647, `Unrecognized parameter to $filter: ${name}`],
    missing: {
      input: [28648, "Missing 'input' parameter to $filter"],
      cond: [28650, "Missing 'cond' parameter to $filter"],
    },
  })
  const input = scope.compile(named.get('input') ?? null).evaluate
  const { bind, evaluate } = perElement(scope, elementName(named), named.get('cond') ?? null)
  const limit = named.has('limit') ? scope.compile(named.get('limit') ?? null).evaluate : undefined
  return {
    evaluate: (root) => {
      const array = input(root)
      if (isNullish(array)) return null
      if (!Array.isArray(array)) {
        throw new MongoServerFault(28651, `input to $filter must be an array not ${typeName(array)}`)
      }
      if (array.length === 0) return array
      const most = limit === undefined ? Number.POSITIVE_INFINITY : filterLimit(limit(root))
      const kept: Value[] = []
      for (const element of array) {
        bind(element)
        if (isTrue(evaluate(root))) kept.push(element)
        if (kept.length === most) break
      }
      return kept
    },
    constant: false,
  }
}

function filterLimit(value: Value | undefined): number {
  if (isNullish(value)) return Number.POSITIVE_INFINITY
  if (!isNumber(value) || !isIntegral32(value)) {
    throw new MongoServerFault(
      327391,
      `$filter: limit must be represented as a 32-bit integral value: ${describe(value)}`,
    )
  }
  const limit = Number(toInt64(value))
  if (limit <= 0) throw new MongoServerFault(327392, `$filter: limit must be greater than 0: ${limit}`)
  return limit
}

const reduce: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['input', 'initialValue', 'in'], {
    notObject: [40075, `$reduce requires an object as an argument, found: ${typeName(argument)}`],
    unknown: (name) => [40076, `$reduce found an unknown argument: ${name}`],
    missing: {
      input: [40077, "$reduce requires 'input' to be specified"],
      initialValue: [40078, "$reduce requires 'initialValue' to be specified"],
      in: [40079, "$reduce requires 'in' to be specified"],
    },
  })
  const input = scope.compile(named.get('input') ?? null).evaluate
  const initial = (
    named.has('initialValue') ? scope.compile(named.get('initialValue') ?? null) : constant(null)
  ).evaluate
  const inner = scope.with(['this', 'value'])
  const [thisSlot = 0, valueSlot = 0] = inner.slots
  const { slots: memory } = scope
  const body = inner.scope.compile(named.get('in') ?? null).evaluate
  return {
    evaluate: (root) => {
      const array = input(root)
      if (isNullish(array)) return null
      if (!Array.isArray(array)) {
        throw new MongoServerFault(
          40080,
          `$reduce requires that 'input' be an array, found: ${describe(array)}`,
        )
      }
      let result = initial(root)
      for (const element of array) {
        memory[thisSlot] = element
        memory[valueSlot] = result
        result = body(root)
      }
      return result
    },
    constant: false,
  }
}

export const iterationOperators: Readonly<Record<string, OperatorCompiler>> = {
  $let: letIn,
  $map: map,
  $filter: filter,
  $reduce: reduce,
}
