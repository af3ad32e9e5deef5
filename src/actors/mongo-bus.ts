import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { after } from '../platform/clock.ts'
import { defineCollection } from '../platform/collection.ts'
import type { Context } from '../platform/context.ts'
import { type Feed, watchCollection } from '../platform/watch-collection.ts'
import type { Bus } from './peers.ts'

const KEPT_MS = 60_000
const RETRY_MS = 250
/** Packets that wait while the database is away; beyond it the oldest are dropped, as the bus may. */
const MOST_QUEUED = 10_000

const PacketDocument = z.object({
  _id: z.string(),
  from: z.string(),
  packet: z.unknown(),
  expiresAt: z.date(),
})

export const instancePackets = defineCollection({
  name: 'instance_packets',
  schema: PacketDocument,
  indexes: [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
})

type Outgoing = Omit<z.infer<typeof PacketDocument>, 'expiresAt'>

export interface MongoBus extends Bus {
  /** Resolves when this instance can hear the others. */
  readonly opened: Promise<void>
  /** Whether it hears them now. */
  state: Feed['state']
  close(): Promise<void>
}

/**
 * Carries packets between instances through the database that they share. What is published together travels together.
 * @param missed called when packets may have been lost on their way here, as after a longer absence than the database's history
 */
export function openMongoBus(ctx: Context, missed: () => void = () => undefined): MongoBus {
  const listeners = new Set<(packet: unknown) => void>()
  let queued: unknown[] = []
  let sending: Promise<void> | undefined
  let closing = false
  let published = 0
  let gone = 0
  const flushes: Array<{ readonly upTo: number; done(): void }> = []
  const noteGone = (packets: number) => {
    gone += packets
    while ((flushes[0]?.upTo ?? Number.POSITIVE_INFINITY) <= gone) flushes.shift()?.done()
  }

  const feed = watchCollection(ctx, {
    collection: instancePackets.name,
    pipeline: [{ $match: { operationType: 'insert', 'fullDocument.from': { $ne: ctx.instanceId } } }],
    onOpen({ gap }) {
      if (gap) missed()
    },
    onChange(change) {
      if (change.operationType !== 'insert') return
      const { packet } = instancePackets.parse(change.fullDocument)
      for (const listener of listeners) listener(packet)
    },
  })

  /** One insert at a time, so that packets keep their order; what comes meanwhile goes with the next. */
  const send = async () => {
    while (queued.length > 0) {
      const documents = queued.map((packet) => ({ _id: ctx.ids.next(), from: ctx.instanceId, packet }))
      queued = []
      await insert(documents)
      noteGone(documents.length)
    }
  }
  /** Again until the database has them, while this instance lives. */
  const insert = async (documents: readonly Outgoing[]) => {
    let left = documents
    let failed = false
    while (left.length > 0) {
      const expiresAt = after(ctx.clock, KEPT_MS)
      try {
        if (failed) left = await missing(left)
        if (left.length > 0)
          await instancePackets.in(ctx.db).insertMany(left.map((document) => ({ ...document, expiresAt })))
        return
      } catch (error) {
        failed = true
        ctx.log.warn({ err: error, packets: left.length }, 'other instances cannot be told yet')
        if (closing) return
        await pause(RETRY_MS, undefined, { ref: false })
      }
    }
  }
  /** Those that no earlier try has brought there, the answer to it being lost. */
  const missing = async (documents: readonly Outgoing[]) => {
    const there = await instancePackets
      .in(ctx.db)
      .find({ _id: { $in: documents.map(({ _id }) => _id) } }, { projection: { _id: 1 } })
      .toArray()
    const ids = new Set(there.map(({ _id }) => _id))
    return documents.filter(({ _id }) => !ids.has(_id))
  }

  return {
    opened: feed.opened,
    state: feed.state,
    publish(packet) {
      queued.push(packet)
      published += 1
      if (queued.length > MOST_QUEUED) {
        queued.shift()
        noteGone(1)
      }
      sending ??= send().finally(() => {
        sending = undefined
      })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    flushed() {
      if (gone === published) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      flushes.push({ upTo: published, done: resolve })
      return promise
    },
    async close() {
      closing = true
      while (sending !== undefined) await sending
      await feed.close()
    },
  }
}
