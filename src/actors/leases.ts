import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { after } from '../platform/clock.ts'
import { defineCollection } from '../platform/collection.ts'
import type { Context } from '../platform/context.ts'
import { isDuplicateKey } from '../platform/transaction.ts'

/** The right to act under a key; `epoch` rises with each holder and fences off those before it. */
export interface Lease {
  readonly key: string
  readonly owner: string
  readonly epoch: number
}

/** Somebody else holds the lease now: whatever was under way must stop and write nothing more. */
export class LeaseLostError extends Error {
  constructor(key: string) {
    super(`the lease ${key} was taken over`)
    this.name = 'LeaseLostError'
  }
}

const LeaseDocument = z.object({
  _id: z.string(),
  /** Null once given back. The document stays, because its epoch must not start again. */
  owner: z.string().nullable(),
  epoch: z.int().min(1),
  /** Rises with each transaction that was bound to the lease, so that a take-over conflicts with it. */
  assertions: z.int().optional(),
  expiresAt: z.date(),
})

export const leases = defineCollection({ name: 'leases', schema: LeaseDocument })

/**
 * Takes the lease for `ttlMs` milliseconds if nobody holds it or the holder let it lapse. Null when it is held, be it by
 * another task of this same process.
 */
export async function acquireLease(ctx: Context, key: string, ttlMs: number): Promise<Lease | null> {
  try {
    const taken = leases.parseOrNull(
      await leases
        .in(ctx.db)
        .findOneAndUpdate(
          { _id: key, expiresAt: { $lte: ctx.clock.now() } },
          { $set: { owner: ctx.instanceId, expiresAt: after(ctx.clock, ttlMs) }, $inc: { epoch: 1 } },
          { upsert: true, returnDocument: 'after' },
        ),
    )
    return taken === null ? null : { key, owner: ctx.instanceId, epoch: taken.epoch }
  } catch (error) {
    if (isDuplicateKey(error)) return null
    throw error
  }
}

/** Extends the lease to `ttlMs` milliseconds from now; false when somebody has taken it over. */
export async function renewLease(ctx: Context, lease: Lease, ttlMs: number): Promise<boolean> {
  const { matchedCount } = await leases
    .in(ctx.db)
    .updateOne(held(lease), { $set: { expiresAt: after(ctx.clock, ttlMs) } })
  return matchedCount === 1
}

/** Gives the lease back, so that the next one need not wait; nothing happens when it is lost already. */
export async function releaseLease(ctx: Context, lease: Lease): Promise<void> {
  await leases.in(ctx.db).updateOne(held(lease), { $set: { owner: null, expiresAt: new Date(0) } })
}

/**
 * Binds a transaction to the lease: it commits only if nobody takes the lease over before.
 * @throws LeaseLostError when somebody has
 */
export async function assertLease(ctx: Context, lease: Lease, session: ClientSession): Promise<void> {
  const { matchedCount } = await leases
    .in(ctx.db)
    .updateOne(held(lease), { $inc: { assertions: 1 } }, { session })
  if (matchedCount === 0) throw new LeaseLostError(lease.key)
}

function held({ key, owner, epoch }: Lease) {
  return { _id: key, owner, epoch }
}
