import { z } from 'zod'
import { after } from '../platform/clock.ts'
import { defineCollection } from '../platform/collection.ts'
import type { Context } from '../platform/context.ts'
import { type Feed, watchCollection } from '../platform/watch-collection.ts'
import type { Bus } from './peers.ts'

const KEPT_MS = 60_000
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

export interface MongoBus extends Bus {
  /** Resolves when this instance can hear the others. */
  readonly opened: Promise<void>
  /** Whether it hears them now. */
  state: Feed['state']
  close(): Promise<void>
}

/** Carries packets between instances through the database that they share. What is published together travels together. */
export function openMongoBus(ctx: Context): MongoBus {
  const listeners = new Set<(packet: unknown) => void>()
  let queued: unknown[] = []
  let sending: Promise<void> | undefined

  const feed = watchCollection(ctx, {
    collection: instancePackets.name,
    pipeline: [{ $match: { operationType: 'insert', 'fullDocument.from': { $ne: ctx.instanceId } } }],
    onChange(change) {
      if (change.operationType !== 'insert') return
      const { packet } = instancePackets.parse(change.fullDocument)
      for (const listener of listeners) listener(packet)
    },
  })

  /** One insert at a time, so that packets keep their order; what comes meanwhile goes with the next. */
  const send = async () => {
    while (queued.length > 0) {
      const batch = queued
      queued = []
      const expiresAt = after(ctx.clock, KEPT_MS)
      const documents = batch.map((packet) => ({
        _id: ctx.ids.next(),
        from: ctx.instanceId,
        packet,
        expiresAt,
      }))
      try {
        await instancePackets.in(ctx.db).insertMany(documents)
      } catch (error) {
        ctx.log.warn({ err: error, packets: batch.length }, 'packets for other instances were lost')
      }
    }
  }

  return {
    opened: feed.opened,
    state: feed.state,
    publish(packet) {
      queued.push(packet)
      if (queued.length > MOST_QUEUED) queued.shift()
      sending ??= send().finally(() => {
        sending = undefined
      })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      while (sending !== undefined) await sending
      await feed.close()
    },
  }
}
