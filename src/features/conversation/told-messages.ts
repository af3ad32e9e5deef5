import { setTimeout as pause } from 'node:timers/promises'
import type { Message } from '../../contract/index.ts'

/** Tells the sockets of this instance the messages of their sessions in order and without gaps. */
export interface ToldMessages {
  /** Tells the message, and before it those that should have come before and have not: another instance stored them. */
  tell(sessionId: string, message: Message): void
  /** Does something once all that was told before has been told. */
  inTurn(sessionId: string, act: () => void): void
  /** The session has a message of this number, which is to be told unless it has been. */
  exists(sessionId: string, seq: number): void
  /** Tells what is stored and has not been told. */
  catchUp(sessionId: string): void
  /** The number of the last message told; undefined before the first. */
  last(sessionId: string): number | undefined
  /** Somebody was given the messages up to this one: what follows is to be told. */
  given(sessionId: string, seq: number): void
  /** Nobody hears the session here any more. */
  forget(sessionId: string): void
}

export interface MessageLine {
  /** The stored messages after `seq`, oldest first. */
  read(sessionId: string, afterSeq: number): Promise<Message[]>
  emit(sessionId: string, message: Message): void
  hasSockets(sessionId: string): boolean
  failed(sessionId: string, error: unknown): void
}

const RETRY_MS = 250

export function createToldMessages(line: MessageLine): ToldMessages {
  const told = new Map<string, number>()
  /** What exists of sessions of which nobody here has been given anything yet. */
  const existing = new Map<string, number>()
  /** What waits while a gap is being filled. */
  const waiting = new Map<string, Array<() => void>>()

  const emit = (sessionId: string, message: Message) => {
    const last = told.get(sessionId)
    if ((last !== undefined && message.seq <= last) || !line.hasSockets(sessionId)) return
    told.set(sessionId, message.seq)
    line.emit(sessionId, message)
  }
  const inTurn = (sessionId: string, act: () => void) => {
    const queue = waiting.get(sessionId)
    if (queue === undefined) act()
    else queue.push(act)
  }
  const read = async (sessionId: string, after: number): Promise<Message[]> => {
    for (;;) {
      try {
        return await line.read(sessionId, after)
      } catch (error) {
        if (!line.hasSockets(sessionId)) return []
        line.failed(sessionId, error)
        await pause(RETRY_MS, undefined, { ref: false })
      }
    }
  }
  const fill = async (sessionId: string, after: number) => {
    const queue: Array<() => void> = []
    waiting.set(sessionId, queue)
    for (const message of await read(sessionId, after)) emit(sessionId, message)
    waiting.delete(sessionId)
    for (const act of queue) inTurn(sessionId, act)
  }
  const deliver = (sessionId: string, message: Message) => {
    const last = told.get(sessionId)
    if (last !== undefined && message.seq > last + 1) void fill(sessionId, last)
    inTurn(sessionId, () => emit(sessionId, message))
  }
  /** @param upTo when this one has been told by then there is nothing to do */
  const catchUp = (sessionId: string, upTo = Number.POSITIVE_INFINITY) =>
    inTurn(sessionId, () => {
      const last = told.get(sessionId)
      if (last !== undefined && last < upTo) void fill(sessionId, last)
    })
  return {
    inTurn,
    tell: (sessionId, message) => inTurn(sessionId, () => deliver(sessionId, message)),
    exists(sessionId, seq) {
      if (told.has(sessionId)) catchUp(sessionId, seq)
      else if (line.hasSockets(sessionId))
        existing.set(sessionId, Math.max(seq, existing.get(sessionId) ?? 0))
    },
    catchUp: (sessionId) => catchUp(sessionId),
    last: (sessionId) => told.get(sessionId),
    given(sessionId, seq) {
      if (told.has(sessionId) || !line.hasSockets(sessionId)) return
      told.set(sessionId, seq)
      catchUp(sessionId, existing.get(sessionId) ?? 0)
      existing.delete(sessionId)
    },
    forget(sessionId) {
      told.delete(sessionId)
      existing.delete(sessionId)
    },
  }
}
