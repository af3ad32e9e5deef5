import type { Cart, Checkout, Order, Problem, Product } from '../contract/index.ts'
import type { CatalogVocabulary } from '../features/catalog/index.ts'

/** The tools of the contract, in the order in which it names them, and the waiting list. */
export const TOOL_NAMES = [
  'search_products',
  'get_product',
  'check_inventory',
  'view_cart',
  'add_to_cart',
  'update_cart_item',
  'remove_from_cart',
  'apply_coupon',
  'redeem_points',
  'loyalty_status',
  'start_checkout',
  'place_order',
  'list_orders',
  'track_order',
  'return_order',
  'hand_off',
  'join_waitlist',
] as const
export type ToolName = (typeof TOOL_NAMES)[number]

/** What a tool gave: the JSON that the contract's schema for it describes, or the problem that kept it from doing it. */
export type ToolOutcome =
  | {
      readonly callId: string
      readonly name: ToolName
      readonly args: unknown
      readonly ok: true
      readonly result: unknown
    }
  | {
      readonly callId: string
      readonly name: ToolName
      readonly args: unknown
      readonly ok: false
      readonly error: Problem
    }

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/**
 * What a brain remembers between two messages: JSON of its own making, kept in the session's snapshot and handed
 * back as it was. A brain must cope with one that another version of it wrote. `undefined` counts as left out.
 */
export interface DialogueMemory {
  readonly [name: string]: unknown
}

/** One line of the conversation, as stored: card numbers are masked. */
export interface Utterance {
  readonly role: 'customer' | 'assistant'
  readonly text: string
}

/** All that a brain may know when it decides; the same turn with the same results must lead to the same step. */
export interface BrainTurn {
  /** What the customer says now; card numbers are masked. Empty when a button answered a confirmation. */
  readonly text: string
  /** What was said before, oldest first, without `text`. */
  readonly history: readonly Utterance[]
  readonly memory: DialogueMemory
  /** What the agent has offered of itself since the customer last spoke: a yes is meant for it. */
  readonly offered: readonly Product[]
  /** The outcomes of this run's tools so far, in order. */
  readonly results: readonly ToolOutcome[]
  /** The customer has confirmed: the tool has run, `results[0]` is its outcome, and only that is left to tell. */
  readonly resumed: boolean
  /** A confirmation that waits for a yes, while the customer speaks of something else. */
  readonly openConfirmation: { readonly tool: ToolName; readonly args: unknown } | undefined
  readonly vocabulary: CatalogVocabulary
  /** ISO 4217. */
  readonly currency: string
  /** BCP 47. */
  readonly locale: string
  readonly customerName: string | undefined
  /** Stands for the card that the customer typed in this message: `payment: { method: 'card', token: cardToken }`. */
  readonly cardToken: string | undefined
  /** Aborted when the run is cancelled; a brain that waits for something must give up. */
  readonly signal: AbortSignal
}

/** What an answer shows beside its text. */
export interface Attachments {
  readonly products?: Product[]
  readonly cart?: Cart
  readonly checkout?: Checkout
  readonly order?: Order
}

export interface ToolStep {
  readonly type: 'tool'
  /** Names the call within its run. */
  readonly callId: string
  readonly name: ToolName
  readonly args: unknown
  /** Kept when the run ends here, because the tool needs a confirmation. */
  readonly memory?: DialogueMemory
}

export interface AnswerStep {
  readonly type: 'answer'
  readonly text: string
  readonly attach?: Attachments
  readonly memory: DialogueMemory
}

/** Part of an answer that is still being made; the pieces and the `answer` that ends them must agree. */
export interface PieceStep {
  readonly type: 'piece'
  readonly text: string
}

/** Tokens that a model took, for RUN_FINISHED's `usage`. */
export interface UsageStep {
  readonly type: 'usage'
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
}

export type BrainStep =
  | { readonly type: 'thought'; readonly text: string }
  | ToolStep
  | PieceStep
  | UsageStep
  | AnswerStep

/**
 * Decides what the agent does next. The driver reads steps until a `tool` or the `answer`; after a `tool` it
 * runs it and asks again with its outcome among `results`. It never runs a tool, spends or writes anything itself.
 */
export interface Brain {
  decide(turn: BrainTurn): AsyncIterable<BrainStep>
}
