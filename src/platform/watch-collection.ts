import { type ChangeStream, type ChangeStreamDocument, type Document, MongoServerError } from 'mongodb'
import type { Context } from './context.ts'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
const AWAIT_MS = 1_000
/** The driver answers a first read of an empty stream only after the waiting time. */
const OPENING_AWAIT_MS = 1
/** The history before the token is gone, or the token makes no sense to this server: only a fresh start helps. */
const HOPELESS_CODES = new Set([40, 260, 280, 286, 40585, 40647, 50811])

export type FeedState = 'opening' | 'open' | 'waiting' | 'closed'

export interface Feed {
  state(): FeedState
  /** Resolves when the feed has opened for the first time. */
  readonly opened: Promise<void>
  close(): Promise<void>
}

export interface FeedOptions<T extends Document> {
  readonly collection: string
  /** Stages after the change stream's own. */
  readonly pipeline?: readonly Document[]
  readonly fullDocument?: 'updateLookup'
  /**
   * Called when the stream has opened and before the first change is read. `gap` is true when changes may have been missed
   * since the last one: at the first opening and after a loss of history. Then read a snapshot here.
   */
  onOpen?(opening: { gap: boolean }): void | Promise<void>
  /** Called for each change, one at a time, in order. A failure is logged and the change is not repeated. */
  onChange(change: ChangeStreamDocument<T>): void | Promise<void>
}

/**
 * Follows a collection's changes for as long as the process wants: after a failure the stream is opened again, with growing
 * pauses, where it left off by its resume token.
 */
export function watchCollection<T extends Document>(
  ctx: Pick<Context, 'db' | 'log'>,
  options: FeedOptions<T>,
): Feed {
  const log = ctx.log.child({ feed: options.collection })
  let state: FeedState = 'opening'
  let stream: ChangeStream<T, ChangeStreamDocument<T>> | undefined
  let token: unknown
  let pause = FIRST_PAUSE_MS
  let wake: (() => void) | undefined
  const { promise: opened, resolve: markOpened } = Promise.withResolvers<void>()
  const closed = () => state === 'closed'

  const open = (awaitMs: number): ChangeStream<T, ChangeStreamDocument<T>> => {
    const opening = ctx.db
      .collection<T>(options.collection)
      .watch<T, ChangeStreamDocument<T>>([...(options.pipeline ?? [])], {
        maxAwaitTimeMS: awaitMs,
        ...(options.fullDocument === undefined ? {} : { fullDocument: options.fullDocument }),
        ...(token === undefined ? {} : { resumeAfter: token }),
      })
    stream = opening
    return opening
  }

  /** Finds the place from which to go on, and lets the owner look at what is there now. */
  const begin = async (): Promise<void> => {
    const gap = token === undefined
    const opening = open(OPENING_AWAIT_MS)
    try {
      const change = await opening.tryNext()
      if (closed()) return
      await options.onOpen?.({ gap })
      if (change !== null) await deliver(change)
      token = opening.resumeToken
      if (token === undefined) throw new Error('the server gave no resume token')
    } finally {
      await opening.close().catch(() => undefined)
    }
    if (!closed()) state = 'open'
    pause = FIRST_PAUSE_MS
    markOpened()
  }

  const follow = async (): Promise<void> => {
    await begin()
    if (closed()) return
    const current = open(AWAIT_MS)
    try {
      while (!closed()) {
        const change = await current.next()
        await deliver(change)
        token = current.resumeToken
        if (change.operationType === 'invalidate') {
          token = undefined
          return
        }
      }
    } catch (error) {
      token = current.resumeToken ?? token
      throw error
    } finally {
      await current.close().catch(() => undefined)
    }
  }

  const deliver = async (change: ChangeStreamDocument<T>): Promise<void> => {
    try {
      await options.onChange(change)
    } catch (error) {
      log.error({ err: error }, 'a change could not be dealt with')
    }
  }

  const rest = async (): Promise<void> => {
    state = 'waiting'
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, pause)
    wake = resolve
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    await promise
    clearTimeout(timer)
  }

  const run = async (): Promise<void> => {
    while (!closed()) {
      try {
        await follow()
      } catch (error) {
        if (closed()) return
        if (error instanceof MongoServerError && HOPELESS_CODES.has(Number(error.code))) token = undefined
        log.warn({ err: error, pause }, 'the change stream ended; it will be opened again')
        await rest()
      }
    }
  }
  const running = run()

  return {
    state: () => state,
    opened,
    async close() {
      state = 'closed'
      wake?.()
      await stream?.close().catch(() => undefined)
      await running
    },
  }
}
