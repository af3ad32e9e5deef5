import type { z } from 'zod'
import type { Cart, Checkout, Order, Problem, Product } from '../../contract/index.ts'
import type { ToolName, ToolOutcome } from '../brain.ts'
import type { CatalogWords } from './dictionary.ts'
import type { RulesMemory } from './memory.ts'
import type { Clause } from './understand.ts'

/** A tool that the flow wants to have run. */
export interface Call {
  readonly name: ToolName
  readonly args: Readonly<Record<string, unknown>>
}

export interface Attachments {
  readonly products?: Product[]
  readonly cart?: Cart
  readonly checkout?: Checkout
  readonly order?: Order
}

/** What a flow has to say once its tools have answered. */
export interface Said {
  readonly text: string
  readonly attach?: Attachments
}

/** What a flow works with; `memory` is replaced as the conversation moves on. */
export interface Turn {
  memory: RulesMemory
  /** What a search within this turn brought, in full. */
  found?: Product[]
  /** What this turn has listed to the customer so far: a second list goes on with its numbers. */
  listed?: readonly Product[]
  /** A colour or size has been asked for in this very turn: a second such question has to wait. */
  asking?: boolean
  readonly text: string
  readonly catalog: CatalogWords
  readonly currency: string
  readonly customerName: string | undefined
  /** Stands for a card that the customer typed; its number never reaches the brain. */
  readonly cardToken: string | undefined
}

/**
 * The order of work for one request. It yields the tools it needs, one at a time, is given their outcomes and
 * returns the answer. It must depend on nothing else: after each tool it is run again from the start.
 */
export type Flow = (clause: Clause, turn: Turn) => Generator<Call, Said, ToolOutcome>

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }

/** Runs a tool within a flow and reads its result by the schema of the contract. */
export function* use<S extends z.ZodType>(
  name: ToolName,
  args: Readonly<Record<string, unknown>>,
  schema: S,
): Generator<Call, Outcome<z.output<S>>, ToolOutcome> {
  const outcome = yield { name, args }
  return outcome.ok
    ? { ok: true, value: schema.parse(outcome.result) }
    : { ok: false, problem: outcome.error }
}

/** Leaves out what has no value, so that tools see only what was asked for. */
export function given(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined))
}
