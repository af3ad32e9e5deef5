import type { Timestamp } from 'bson'
import type { Collation } from '../bson/collation.ts'
import { compare, hashKey } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'

/** An expression's value for one document; `undefined` is MongoDB's missing. */
export type Evaluate = (root: Doc) => Value | undefined

/** A compiled expression. A constant one has no need of a document and was evaluated once, when compiled. */
export interface Expression {
  readonly evaluate: Evaluate
  readonly constant: boolean
}

/** What is the same for every expression of one pipeline. */
export interface Surroundings {
  readonly now: Date | undefined
  readonly clusterTime: Timestamp | undefined
  readonly collation: Collation | undefined
  readonly textScore: ((doc: Doc) => number | undefined) | undefined
  /** Compiles one operand; here so that operators need not import what imports them. */
  readonly compile: (operand: Value, scope: Scope) => Expression
}

/** Compiles the argument of one operator. */
export type OperatorCompiler = (argument: Value, scope: Scope) => Expression

type Variable = { readonly evaluate: Evaluate } | { readonly constant: Value | undefined }

/**
 * The variables that an expression may name. Each binding has a slot of its own in one array that the whole
 * pipeline shares, so that binding a variable is one store and reading it one load.
 */
export class Scope {
  readonly surroundings: Surroundings
  readonly slots: Array<Value | undefined>
  /** False where MongoDB does not evaluate constant expressions before it runs, as in dead branches of `$switch`. */
  readonly folds: boolean
  readonly #names: ReadonlyMap<string, Variable>

  constructor(
    surroundings: Surroundings,
    names: ReadonlyMap<string, Variable> = new Map(),
    slots: Array<Value | undefined> = [],
    folds = true,
  ) {
    this.surroundings = surroundings
    this.slots = slots
    this.folds = folds
    this.#names = names
  }

  /** A scope in which `names` are variables too, and the slots that hold them. */
  with(names: readonly string[]): { readonly scope: Scope; readonly slots: readonly number[] } {
    const all = new Map(this.#names)
    const slots: number[] = []
    const shared = this.slots
    for (const name of names) {
      const slot = shared.push(undefined) - 1
      all.set(name, { evaluate: () => shared[slot] })
      slots.push(slot)
    }
    return { scope: new Scope(this.surroundings, all, this.slots, this.folds), slots }
  }

  /** A scope in which the names stand for values that do not change. */
  withConstants(constants: ReadonlyMap<string, Value | undefined>): Scope {
    const all = new Map(this.#names)
    for (const [name, constant] of constants) all.set(name, { constant })
    return new Scope(this.surroundings, all, this.slots, this.folds)
  }

  withoutFolding(): Scope {
    return new Scope(this.surroundings, this.#names, this.slots, false)
  }

  /** The user's variable or rebound `CURRENT`. */
  find(name: string): Variable | undefined {
    return this.#names.get(name)
  }

  compile(operand: Value): Expression {
    return this.surroundings.compile(operand, this)
  }

  compare(a: Value | undefined, b: Value | undefined): number {
    return compare(a, b, this.surroundings.collation)
  }

  equals(a: Value | undefined, b: Value | undefined): boolean {
    return compare(a, b, this.surroundings.collation) === 0
  }

  hashKey(value: Value | undefined): string {
    return hashKey(value, this.surroundings.collation)
  }
}

/** Refuses a name that a user may not give to a variable. */
export function validateVariableName(name: string): void {
  if (name === '') throw new MongoServerFault('FailedToParse', 'empty variable names are not allowed')
  if (name === 'CURRENT') return
  if (!/^[a-z\u0080-\uffff]/.test(name)) {
    throw new MongoServerFault(
      'FailedToParse',
      `'${name}' starts with an invalid character for a user variable name`,
    )
  }
  validateVariableCharacters(name)
}

/** Refuses a name that no variable can have. */
export function validateVariableReference(name: string): void {
  if (name === '') throw new MongoServerFault('FailedToParse', 'empty variable names are not allowed')
  if (!/^[a-zA-Z\u0080-\uffff]/.test(name)) {
    throw new MongoServerFault(
      'FailedToParse',
      `'${name}' starts with an invalid character for a variable name`,
    )
  }
  validateVariableCharacters(name)
}

function validateVariableCharacters(name: string): void {
  const bad = /[^a-zA-Z0-9_\u0080-\uffff]/.exec(name)
  if (bad === null) return
  throw new MongoServerFault(
    'FailedToParse',
    `'${name}' contains an invalid character for a variable name: '${bad[0]}'`,
  )
}
