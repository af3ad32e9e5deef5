import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'

type Database = Pick<Context, 'db'>

const KEPT_SECONDS = 90 * 24 * 60 * 60

/**
 * `corrected`: the shop had another figure than the source, whose newer one was taken over; `short`: that one is below
 * what is held for checkouts; `conflict`: the source contradicts itself; the others could not be taken over.
 */
const DriftKind = z.enum(['corrected', 'short', 'conflict', 'unknown_sku', 'unknown_location', 'malformed'])
export type DriftKind = z.infer<typeof DriftKind>

const DriftDocument = z.object({
  /** Made of what it is about, so that the same again is counted and not repeated. */
  _id: z.string(),
  kind: DriftKind,
  sku: z.string().optional(),
  locationId: z.string().optional(),
  productId: z.string().optional(),
  revision: z.int().optional(),
  /** Pieces that the source says, and those that the shop had, held ones included. */
  source: z.int().optional(),
  shop: z.int().optional(),
  /** `source` less `shop`. */
  difference: z.int().optional(),
  /** Of `short`: held pieces that are not there. */
  missing: z.int().optional(),
  /** Of `malformed`: what is wrong with it. */
  detail: z.string().optional(),
  done: z.enum(['taken_over', 'nothing']),
  seen: z.int().min(1),
  firstSeenAt: z.date(),
  lastSeenAt: z.date(),
})
export type DriftDocument = z.infer<typeof DriftDocument>

/** Where the shop and the inventory source differed, by how much, and what was done about it. */
export const driftsCollection = defineCollection({
  name: 'stock_drifts',
  schema: DriftDocument,
  indexes: [{ key: { lastSeenAt: 1 }, name: 'ttl', expireAfterSeconds: KEPT_SECONDS }],
})

export type Drift = Omit<DriftDocument, '_id' | 'seen' | 'firstSeenAt' | 'lastSeenAt'>

/** Writes down a difference, or that it was seen again. */
export async function recordDrift(
  ctx: Pick<Context, 'db' | 'clock'>,
  drift: Drift,
  session?: ClientSession,
): Promise<void> {
  const now = ctx.clock.now()
  const { kind, locationId = '', sku = '', revision = '', source = '', detail = '' } = drift
  await driftsCollection
    .in(ctx.db)
    .updateOne(
      { _id: [kind, locationId, sku, revision, source, detail].join(':') },
      { $setOnInsert: { ...drift, firstSeenAt: now }, $set: { lastSeenAt: now }, $inc: { seen: 1 } },
      { upsert: true, ...(session === undefined ? {} : { session }) },
    )
}

/** How many differences of each kind were seen since then. */
export async function countDrifts(ctx: Database, since: Date): Promise<Record<DriftKind, number>> {
  const counts = await driftsCollection
    .in(ctx.db)
    .aggregate<{ _id: DriftKind; count: number }>([
      { $match: { lastSeenAt: { $gte: since } } },
      { $group: { _id: '$kind', count: { $sum: 1 } } },
    ])
    .toArray()
  return { ...noDrifts(), ...Object.fromEntries(counts.map(({ _id, count }) => [_id, count])) }
}

export function noDrifts(): Record<DriftKind, number> {
  return { corrected: 0, short: 0, conflict: 0, unknown_sku: 0, unknown_location: 0, malformed: 0 }
}
