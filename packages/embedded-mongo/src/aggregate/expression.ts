import type { Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { parseFieldPath, validateFieldName, walkDoc, walkValue } from './field-path.ts'
import { constant, folded } from './operator.ts'
import { operators } from './operators.ts'
import {
  type Evaluate,
  type Expression,
  Scope,
  type Surroundings,
  validateVariableReference,
} from './scope.ts'

/** The scope of a pipeline's outermost expressions. */
export function createScope(surroundings: Omit<Surroundings, 'compile'>): Scope {
  return new Scope({ ...surroundings, compile: compileOperand })
}

/** Compiles any expression to a function from a document to its value. */
export function compileExpression(expression: Value, scope: Scope): Evaluate {
  return compileOperand(expression, scope).evaluate
}

/** Whether a name is that of an expression operator. */
export function isExpressionName(name: string): boolean {
  return operators.has(name)
}

/** Compiles one operand, and says whether it is constant. */
export function compileOperand(operand: Value, scope: Scope): Expression {
  if (typeof operand === 'string')
    return operand.startsWith('$') ? compilePath(operand, scope) : constant(operand)
  if (operand instanceof Map) {
    const [first] = operand
    return first?.[0].startsWith('$') === true
      ? compileOperator(operand, scope)
      : compileObject(operand, scope)
  }
  return Array.isArray(operand) ? compileArray(operand, scope) : constant(operand)
}

/** Compiles `{ $operator: argument }`. */
function compileOperator(object: ReadonlyMap<string, Value>, scope: Scope): Expression {
  const [first] = object
  if (first === undefined || object.size !== 1) {
    const names = [...object.keys()].join(', ')
    throw new MongoServerFault(
      15983,
      `An object representing an expression must have exactly one field: { ${names} }`,
    )
  }
  const [name, argument] = first
  const compile = operators.get(name)
  if (compile === undefined)
    throw new MongoServerFault('InvalidPipelineOperator', `Unrecognized expression '${name}'`)
  return compile(argument, scope)
}

function compileObject(object: ReadonlyMap<string, Value>, scope: Scope): Expression {
  const names: string[] = []
  const fields: Expression[] = []
  for (const [name, operand] of object) {
    validateFieldName(name)
    names.push(name)
    fields.push(scope.compile(operand))
  }
  const evaluators = fields.map((field) => field.evaluate)
  const evaluate: Evaluate = (root) => {
    const result = new Map<string, Value>()
    for (let index = 0; index < names.length; index += 1) {
      const value = evaluators[index]?.(root)
      if (value !== undefined) result.set(names[index] ?? '', value)
    }
    return result
  }
  return folded(evaluate, fields, scope)
}

function compileArray(array: readonly Value[], scope: Scope): Expression {
  const elements = array.map((element) => scope.compile(element))
  const evaluators = elements.map((element) => element.evaluate)
  return folded((root) => evaluators.map((element) => element(root) ?? null), elements, scope)
}

function compilePath(path: string, scope: Scope): Expression {
  if (path.length === 1) throw new MongoServerFault(16872, "'$' by itself is not a valid FieldPath")
  if (path.startsWith('$$')) return compileVariable(path.slice(2), scope)
  const names = parseFieldPath(path.slice(1))
  const current = scope.find('CURRENT')
  if (current !== undefined) return compileVariable(`CURRENT.${path.slice(1)}`, scope)
  const [only] = names
  if (names.length === 1 && only !== undefined) return { evaluate: (root) => root.get(only), constant: false }
  return { evaluate: (root) => walkDoc(root, names, 0), constant: false }
}

function compileVariable(reference: string, scope: Scope): Expression {
  const dot = reference.indexOf('.')
  const name = dot < 0 ? reference : reference.slice(0, dot)
  validateVariableReference(name)
  const path = dot < 0 ? [] : parseFieldPath(reference.slice(dot + 1))
  const variable = scope.find(name) ?? systemVariable(name, scope)
  if ('constant' in variable) {
    const { constant: value } = variable
    return constant(path.length === 0 ? value : walkValue(value, path, 0))
  }
  const { evaluate } = variable
  if (path.length === 0) return { evaluate, constant: false }
  return { evaluate: (root) => walkValue(evaluate(root), path, 0), constant: false }
}

type Resolved = { readonly constant: Value | undefined } | { readonly evaluate: Evaluate }

function systemVariable(name: string, scope: Scope): Resolved {
  switch (name) {
    case 'ROOT':
    case 'CURRENT':
      return { evaluate: (root) => root }
    case 'REMOVE':
      return { constant: undefined }
    case 'NOW':
      return { constant: available(name, scope.surroundings.now) }
    case 'USER_ROLES':
      return { constant: [] }
    case 'CLUSTER_TIME':
      return { constant: available(name, scope.surroundings.clusterTime) }
    default:
      throw new MongoServerFault(17276, `Use of undefined variable: ${name}`)
  }
}

function available(name: string, value: Value | undefined): Value {
  if (value !== undefined) return value
  throw new MongoServerFault(51144, `Builtin variable '$$${name}' is not available`)
}
