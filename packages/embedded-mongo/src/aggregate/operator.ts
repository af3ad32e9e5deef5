import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { Evaluate, Expression, OperatorCompiler, Scope } from './scope.ts'

const NO_DOCUMENT: Doc = new Map()

export function constant(value: Value | undefined): Expression {
  return { evaluate: () => value, constant: true }
}

/** An expression over operands; where all of them are constant it is evaluated here and now, errors included. */
export function folded(evaluate: Evaluate, operands: readonly Expression[], scope: Scope): Expression {
  if (scope.folds && operands.every((operand) => operand.constant)) return constant(evaluate(NO_DOCUMENT))
  return { evaluate, constant: false }
}

/** The operands of an operator that takes a list; anything but an array is a list of one. */
export function operandsOf(argument: Value, scope: Scope): Expression[] {
  return Array.isArray(argument)
    ? argument.map((operand) => scope.compile(operand))
    : [scope.compile(argument)]
}

function checkArity(name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return
  if (least === most) {
    throw new MongoServerFault(
      16020,
      `Expression ${name} takes exactly ${least} arguments. ${count} were passed in.`,
    )
  }
  throw new MongoServerFault(
    28667,
    `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${count} were passed in.`,
  )
}

type Build = (operands: readonly Evaluate[], scope: Scope) => Evaluate

/** An operator over a list of operands, built once for each use. */
export function listOperator(name: string, least: number, most: number, build: Build): OperatorCompiler {
  return (argument, scope) => {
    const operands = operandsOf(argument, scope)
    checkArity(name, operands.length, least, most)
    return folded(
      build(
        operands.map((operand) => operand.evaluate),
        scope,
      ),
      operands,
      scope,
    )
  }
}

export function unary(
  name: string,
  apply: (value: Value | undefined, scope: Scope) => Value | undefined,
): OperatorCompiler {
  return listOperator(name, 1, 1, ([operand], scope) => {
    const evaluate = present(operand)
    return (root) => apply(evaluate(root), scope)
  })
}

export function binary(
  name: string,
  apply: (left: Value | undefined, right: Value | undefined, scope: Scope) => Value | undefined,
): OperatorCompiler {
  return listOperator(name, 2, 2, ([first, second], scope) => {
    const left = present(first)
    const right = present(second)
    return (root) => apply(left(root), right(root), scope)
  })
}

/** An operator of a varying number of operands, all of which are evaluated before it is applied. */
export function ranged(
  name: string,
  least: number,
  most: number,
  apply: (values: ReadonlyArray<Value | undefined>, scope: Scope) => Value | undefined,
): OperatorCompiler {
  return listOperator(name, least, most, (operands, scope) => (root) => {
    const values = operands.map((operand) => operand(root))
    return apply(values, scope)
  })
}

/** An operand that the arity check has shown to be there. */
export function present(operand: Evaluate | undefined): Evaluate {
  return operand ?? (() => undefined)
}

export interface ArgumentFaults {
  readonly notObject: readonly [code: number | 'FailedToParse', message: string]
  readonly unknown: (name: string) => readonly [code: number | 'FailedToParse', message: string]
  readonly missing?: Readonly<Record<string, readonly [code: number | 'FailedToParse', message: string]>>
}

/** The named arguments of an operator that takes an object, each checked to be known and, where it must, present. */
export function namedArguments(argument: Value, allowed: readonly string[], faults: ArgumentFaults): Doc {
  if (!(argument instanceof Map)) throw new MongoServerFault(...faults.notObject)
  for (const name of argument.keys()) {
    if (!allowed.includes(name)) throw new MongoServerFault(...faults.unknown(name))
  }
  for (const [name, fault] of Object.entries(faults.missing ?? {})) {
    if (!argument.has(name)) throw new MongoServerFault(...fault)
  }
  return argument
}

/** Compiles the named arguments that are there. */
export function compileNamed(named: Doc, scope: Scope): ReadonlyMap<string, Expression> {
  return new Map([...named].map(([name, operand]) => [name, scope.compile(operand)]))
}
