import type { ClientSession } from 'mongodb'
import type { SnapshotFormat } from '../../actors/index.ts'
import type { Cart, Checkout, Interrupt, Order, Product, SessionState } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { RunOutcome, StoredResult } from './runs.store.ts'

/** An AG-UI event before the conversation gives it its `threadId`, `runId` and `seq`. */
export interface UnnumberedEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** What the customer did that the run answers. */
export type RunInput =
  | {
      readonly type: 'message'
      readonly text: string
      readonly cardToken: string | undefined
      readonly seq: number
    }
  | { readonly type: 'resume'; readonly interruptId: string; readonly approved: boolean }

/** What the conversation gives the agent for one run. */
export interface RunDesk {
  readonly runId: string
  readonly sessionId: string
  /** On whose behalf tools run. */
  readonly caller: Caller
  readonly customerName: string | undefined
  readonly input: RunInput
  readonly history: ReadonlyArray<{ readonly role: 'customer' | 'assistant'; readonly text: string }>
  /** What the agent has offered of itself since the customer last spoke. */
  readonly offered: readonly Product[]
  /** The agent's own state, as its last run left it. */
  readonly snapshot: unknown
  /** Outcomes that an earlier owner of the session remembered: their tools do not run again, their events were sent. */
  readonly remembered: readonly StoredResult[]
  /** Whether an earlier owner has sent events of this run that are kept: it goes on after them. */
  readonly begun: boolean
  /** The id that the answer's message will have. */
  readonly messageId: string
  /** Aborted when the customer cancels the run. */
  readonly cancelled: AbortSignal
  /** Aborted when another instance has taken the session over: stop, and write nothing more. */
  readonly lost: AbortSignal
  /** Sends an event to whoever watches the session; costs no database write. */
  emit(event: UnnumberedEvent): void
  stateChanged(state: SessionState): void
  /**
   * Remembers a tool's effect and the events that tell of it, within the transaction that makes it where there is one.
   * @throws RunTakenError when it is remembered already or the session is another instance's
   */
  remember(
    results: readonly StoredResult[],
    following: readonly UnnumberedEvent[],
    session: ClientSession | undefined,
  ): Promise<void>
  /** Binds the open confirmation to this run; false when another run answers it. */
  claim(interruptId: string): Promise<boolean>
}

/** What a run leaves behind; the conversation commits it as a whole and then sends the last event. */
export interface RunEnd {
  readonly outcome: RunOutcome
  readonly snapshot: unknown
  /** When an open confirmation lapses. */
  readonly deadlineAt: Date | null
  /** The answer; its events have been sent. */
  readonly message?: {
    readonly text: string
    readonly products?: Product[]
    readonly cart?: Cart
    readonly checkout?: Checkout
    readonly order?: Order
  }
  /** RUN_FINISHED or RUN_ERROR, sent after the commit. */
  readonly last: UnnumberedEvent
}

/** The one who answers. The conversation knows it by this port alone. */
export interface SalesAgent {
  readonly format: SnapshotFormat<unknown>
  stateOf(snapshot: unknown): SessionState
  /** The number of the last message that it has dealt with. */
  handledSeq(snapshot: unknown): number
  /** The confirmation that waits for an answer. */
  interruptOf(snapshot: unknown): Interrupt | undefined
  /** Whether this confirmation was asked last, be it that it has lapsed since. */
  knowsInterrupt(snapshot: unknown, interruptId: string): boolean
  /** The state after the confirmation has lapsed. */
  lapse(snapshot: unknown): unknown
  /** Answers; ends by itself in every case but a lost session, when it throws what it was stopped by. */
  run(desk: RunDesk): Promise<RunEnd>
}
