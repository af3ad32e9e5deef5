import { setTimeout as pause } from 'node:timers/promises'
import type { ClientSession } from 'mongodb'
import type { Context } from '../platform/context.ts'
import { inRequest } from '../platform/request-scope.ts'
import { inTransaction } from '../platform/transaction.ts'
import { type ActorDocument, findActor, saveActor } from './actor.store.ts'
import { type Lease, LeaseLostError } from './leases.ts'
import { restoreSnapshot, type SnapshotFormat } from './snapshots.ts'

/** What a kind of actor does. `id` is the actor's own, without the kind. */
export interface ActorKind<S> {
  readonly name: string
  readonly format: SnapshotFormat<S>
  /**
   * Deals with the next thing in the actor's durable mailbox, or with its deadline; `idle` when there is none. When it
   * throws it is called again after a pause. Steps of one actor never overlap.
   */
  step(actor: Actor<S>): Promise<'again' | 'idle'>
  /** Answers a question that the owner alone can answer; it may come in the middle of a step. */
  ask(actor: Actor<S>, question: unknown): Promise<unknown>
  /** Ids of actors with something in their mailbox for longer than a moment, whoever owns them. */
  waiting(limit: number): Promise<string[]>
  /** Whether this instance is the actor's natural place, so that it is not given to one that asks for it. */
  belongsHere(id: string): boolean
}

export interface NextState<S> {
  readonly snapshot: S
  readonly deadlineAt: Date | null
}

/** An actor while this instance owns it. */
export interface Actor<S> {
  readonly id: string
  readonly lease: Lease
  readonly state: NextState<S>
  /** Aborted when the lease is lost: stop, and write nothing more. */
  readonly signal: AbortSignal
  /**
   * Saves a new state together with what `work` writes, in one transaction that is refused when the lease was taken over.
   * Undefined when an earlier, seemingly failed try of the same call turns out to have been committed.
   * @throws LeaseLostError
   */
  commit<T>(next: NextState<S>, work: (session: ClientSession) => Promise<T>): Promise<T | undefined>
}

/** The host's side of an actor. */
export interface Active {
  readonly key: string
  readonly lease: Lease
  /** Since when it has had nothing to do, in milliseconds of the clock; undefined while it is busy. */
  readonly idleSince: number | undefined
  /** Makes it look into its mailbox. */
  poke(): void
  ask(question: unknown): Promise<unknown>
  /** Ends after the step under way; resolves then. */
  stop(): Promise<void>
  /** The lease is gone. */
  lose(): void
  readonly lost: boolean
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

/**
 * Makes an actor of its document, which this instance has just taken.
 * @throws UnknownSnapshotError
 */
export function activate<S>(
  ctx: Context,
  kind: ActorKind<S>,
  id: string,
  taken: ActorDocument,
  ttlMs: number,
): Active {
  const key = taken._id
  const lease: Lease = { key, owner: ctx.instanceId, epoch: taken.epoch }
  const lost = new AbortController()
  const now = () => ctx.clock.now().getTime()
  let state: NextState<S> = {
    snapshot: restoreSnapshot(kind.format, key, taken),
    deadlineAt: taken.deadlineAt,
  }
  let { revision } = taken
  let wanted = false
  let stopped = false
  let running: Promise<void> | undefined
  let idleSince: number | undefined = now()

  const actor: Actor<S> = {
    id,
    lease,
    signal: lost.signal,
    get state() {
      return state
    },
    async commit(next, work) {
      const { version } = kind.format
      const { snapshot, deadlineAt } = next
      try {
        const result = await inTransaction(ctx, async (session) => {
          if (lost.signal.aborted) throw new LeaseLostError(key)
          if (!(await saveActor(ctx, lease, revision, { version, snapshot, deadlineAt }, ttlMs, session))) {
            throw new LeaseLostError(key)
          }
          return work(session)
        })
        state = next
        revision += 1
        return result
      } catch (error) {
        if (!(error instanceof LeaseLostError) || lost.signal.aborted || !(await wroteAlready())) throw error
        state = next
        revision += 1
        return undefined
      }
    },
  }

  /** Only this owner writes under its epoch, so a revision one ahead is a commit whose answer was lost. */
  const wroteAlready = async () => {
    const found = await findActor(ctx, key)
    return found?.owner === lease.owner && found.epoch === lease.epoch && found.revision === revision + 1
  }

  const drive = async () => {
    let wait = FIRST_PAUSE_MS
    while (wanted && !stopped && !lost.signal.aborted) {
      wanted = false
      try {
        if ((await kind.step(actor)) === 'again') wanted = true
        wait = FIRST_PAUSE_MS
      } catch (error) {
        if (error instanceof LeaseLostError) {
          lost.abort()
          ctx.log.info({ actor: key }, 'the actor was taken over')
          return
        }
        ctx.log.warn({ err: error, actor: key }, 'a step of an actor failed and is tried again')
        wanted = true
        await pause(wait, undefined, { signal: lost.signal }).catch(() => undefined)
        wait = Math.min(LONGEST_PAUSE_MS, wait * 2)
      }
    }
  }

  const poke = () => {
    wanted = true
    if (running !== undefined || stopped || lost.signal.aborted) return
    idleSince = undefined
    running = inRequest(undefined, drive).finally(() => {
      running = undefined
      idleSince = now()
      if (wanted) poke()
    })
  }

  return {
    key,
    lease,
    get idleSince() {
      return idleSince
    },
    get lost() {
      return lost.signal.aborted
    },
    poke,
    ask: (question) => kind.ask(actor, question),
    async stop() {
      stopped = true
      await running
    },
    lose: () => lost.abort(),
  }
}
