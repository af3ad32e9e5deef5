import type { z } from 'zod'
import type { Cart, Checkout, Order } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'

/** On whose behalf, and within which call, a tool runs. */
export interface ToolRun {
  readonly ctx: Context
  readonly caller: Caller
  readonly sessionId: string
  /** Names this call among all calls of all runs. */
  readonly callId: string
  /** Lets the command remember the call within its own transaction; undefined for tools without an effect. */
  readonly claim: IdempotencyClaim | undefined
}

/** What the customer must agree to before the tool runs. */
export interface Review {
  /** The arguments with nothing left open: exactly these run when she agrees. */
  readonly args: Readonly<Record<string, unknown>>
  /** All that must be the same when she agrees; a hash of it binds her answer. */
  readonly bound: unknown
  /** What the client is shown: totals, payment and what they are for. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly question: string
  readonly expiresAt: Date
  readonly attach: { readonly checkout?: Checkout; readonly order?: Order; readonly cart?: Cart }
}

export interface Tool<S extends z.ZodType = z.ZodType> {
  readonly description: string
  readonly args: S
  /** Whether it changes anything; such a call is remembered and does not run twice. */
  readonly effect: boolean
  /** Does the work and gives the JSON that REST would. Throws ShopError. */
  execute(run: ToolRun, args: z.output<S>): Promise<unknown>
  /** There on tools that move money. Changes nothing. Throws ShopError where the tool could not run. */
  review?(run: ToolRun, args: z.output<S>): Promise<Review>
  /** Arguments for asking again when what was shown no longer holds; may open a new checkout. Throws ShopError. */
  renew?(run: ToolRun, args: z.output<S>): Promise<unknown>
  /** Whether what was confirmed has begun already, so that it is to be finished rather than judged again. */
  begun?(run: ToolRun, args: z.output<S>): Promise<boolean>
}

/** Declares a tool, its arguments typed by their schema. */
export function tool<S extends z.ZodType>(declared: Tool<S>): Tool<S> {
  return declared
}
