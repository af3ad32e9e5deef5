import { type ClientSession, MongoServerError } from 'mongodb'
import { z } from 'zod'
import { after } from '../platform/clock.ts'
import { defineCollection } from '../platform/collection.ts'
import type { Context } from '../platform/context.ts'
import { isDuplicateKey } from '../platform/transaction.ts'
import type { Lease } from './leases.ts'

const ActorDocument = z.object({
  _id: z.string(),
  kind: z.string(),
  /** Null while the actor sleeps. */
  owner: z.string().nullable(),
  epoch: z.int().min(1),
  expiresAt: z.date(),
  /** The snapshot's version; null before the first snapshot. */
  version: z.int().nullable(),
  snapshot: z.unknown().optional(),
  /** Rises by one with each snapshot. */
  revision: z.int().min(0),
  deadlineAt: z.date().nullable(),
  updatedAt: z.date(),
})
export type ActorDocument = z.infer<typeof ActorDocument>

/** One document holds an actor's lease and its snapshot, so that one conditional write saves, fences and renews. */
export const actors = defineCollection({
  name: 'actors',
  schema: ActorDocument,
  indexes: [
    { key: { deadlineAt: 1 }, partialFilterExpression: { deadlineAt: { $type: 'date' } } },
    { key: { kind: 1, updatedAt: 1 } },
  ],
})

/** A stalled owner may have left a transaction open; a write to what it holds waits as long as the server lets it. */
const LONGEST_TAKE_MS = 1_000
const TIME_LIMIT_CODE = 50

/** Takes the actor if it sleeps or its owner's lease has lapsed; null while somebody has it, be it in an open transaction. */
export async function takeActor(
  ctx: Context,
  kind: string,
  key: string,
  ttlMs: number,
): Promise<ActorDocument | null> {
  const now = ctx.clock.now()
  try {
    return actors.parseOrNull(
      await actors.in(ctx.db).findOneAndUpdate(
        { _id: key, expiresAt: { $lte: now } },
        {
          $set: { owner: ctx.instanceId, expiresAt: after(ctx.clock, ttlMs) },
          $inc: { epoch: 1 },
          $setOnInsert: { kind, version: null, revision: 0, deadlineAt: null, updatedAt: now },
        },
        { upsert: true, returnDocument: 'after', maxTimeMS: LONGEST_TAKE_MS },
      ),
    )
  } catch (error) {
    if (isDuplicateKey(error) || isTimeLimit(error)) return null
    throw error
  }
}

function isTimeLimit(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === TIME_LIMIT_CODE
}

export interface SavedState {
  readonly version: number
  readonly snapshot: unknown
  readonly deadlineAt: Date | null
}

/** Saves a snapshot and renews the lease; false when the lease is another's or `revision` is not the stored one. */
export async function saveActor(
  ctx: Context,
  lease: Lease,
  revision: number,
  state: SavedState,
  ttlMs: number,
  session: ClientSession,
): Promise<boolean> {
  const { matchedCount } = await actors.in(ctx.db).updateOne(
    { _id: lease.key, owner: lease.owner, epoch: lease.epoch, revision },
    {
      $set: { ...state, expiresAt: after(ctx.clock, ttlMs), updatedAt: ctx.clock.now() },
      $inc: { revision: 1 },
    },
    { session },
  )
  return matchedCount === 1
}

/** Renews many leases at once; returns the keys of those that are no longer held. */
export async function renewActors(ctx: Context, held: readonly Lease[], ttlMs: number): Promise<string[]> {
  if (held.length === 0) return []
  const mine = {
    _id: { $in: held.map(({ key }) => key) },
    owner: ctx.instanceId,
  }
  const { matchedCount } = await actors
    .in(ctx.db)
    .updateMany(mine, { $set: { expiresAt: after(ctx.clock, ttlMs) } })
  if (matchedCount === held.length) return []
  const kept = await actors
    .in(ctx.db)
    .find(mine, { projection: { _id: 1, epoch: 1 } })
    .toArray()
  const epochs = new Map(kept.map(({ _id, epoch }) => [_id, epoch]))
  return held.filter(({ key, epoch }) => epochs.get(key) !== epoch).map(({ key }) => key)
}

/** Puts the actor to sleep, so that anybody may wake it at once. */
export async function releaseActor(ctx: Context, lease: Lease): Promise<void> {
  await actors
    .in(ctx.db)
    .updateOne(
      { _id: lease.key, owner: lease.owner, epoch: lease.epoch },
      { $set: { owner: null, expiresAt: new Date(0) } },
    )
}

export async function findActor(ctx: Context, key: string): Promise<ActorDocument | null> {
  return actors.parseOrNull(await actors.in(ctx.db).findOne({ _id: key }))
}

/** The keys of the actors of a kind whose deadline has come, the most overdue first. */
export async function dueActors(ctx: Context, kind: string, limit: number): Promise<string[]> {
  const due = await actors
    .in(ctx.db)
    .find({ kind, deadlineAt: { $lte: ctx.clock.now() } }, { projection: { _id: 1 } })
    .sort({ deadlineAt: 1 })
    .limit(limit)
    .toArray()
  return due.map(({ _id }) => _id)
}

/** Forgets actors whose subjects are gone. */
export async function deleteActors(ctx: Context, keys: readonly string[]): Promise<void> {
  await actors.in(ctx.db).deleteMany({ _id: { $in: [...keys] } })
}
