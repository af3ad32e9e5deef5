import type { ClientSession } from 'mongodb'
import type { LoyaltyProfile, TierName } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { inTransaction, isDuplicateKey } from '../../platform/transaction.ts'
import { loyaltyProfileView } from './loyalty.view.ts'
import { appendEntry, hasEntry, loadAccount, type PointsReason } from './points.store.ts'
import { termsOf, tierFor } from './tiers.ts'

/** A movement of points that belongs to an order or a return. */
export interface PointsMove {
  readonly userId: string
  /** Whole points, zero or more; the function's name gives the direction. */
  readonly points: number
  /** The order's or the return's id; the same move for the same reference happens once. */
  readonly reference: string
}

/** What a shopper's points stand at. */
export interface Standing {
  readonly tier: TierName
  /** Points to spend; below zero when spent points had to be taken back. */
  readonly points: number
}

export async function standingOf(ctx: Context, userId: string): Promise<Standing> {
  const account = await loadAccount(ctx, userId)
  return { tier: tierFor(account?.lifetimePoints ?? 0), points: account?.points ?? 0 }
}

export async function tierOf(ctx: Context, userId: string, session?: ClientSession): Promise<TierName> {
  return tierFor((await loadAccount(ctx, userId, session))?.lifetimePoints ?? 0)
}

export async function getLoyaltyProfile(ctx: Context, caller: Caller): Promise<LoyaltyProfile> {
  return loyaltyProfileView(await loadAccount(ctx, caller.userId))
}

/**
 * Takes points as payment.
 * @throws ShopError `insufficient_points` when there are fewer
 */
export async function spendPoints(ctx: Context, session: ClientSession, move: PointsMove): Promise<void> {
  if (move.points === 0 || (await hasEntry(ctx, session, { ...move, reason: 'spent' }))) return
  const account = await loadAccount(ctx, move.userId, session)
  if ((account?.points ?? 0) < move.points) throw new ShopError('insufficient_points')
  await append(ctx, session, move, 'spent', -move.points, 0)
}

/** Adds what a purchase earned; it counts for the tier. */
export async function awardPoints(ctx: Context, session: ClientSession, move: PointsMove): Promise<void> {
  await append(ctx, session, move, 'earned', move.points, move.points)
}

/** Takes back what a purchase earned, be it spent or not; the tier goes by what remains. */
export async function takeBackPoints(ctx: Context, session: ClientSession, move: PointsMove): Promise<void> {
  await append(ctx, session, move, 'taken_back', -move.points, -move.points)
}

/** Gives back what a returned purchase was paid with. */
export async function giveBackPoints(ctx: Context, session: ClientSession, move: PointsMove): Promise<void> {
  await append(ctx, session, move, 'given_back', move.points, 0)
}

/** Opens an account with the points at which a tier begins, once; for the demo's shoppers. */
export async function seedPoints(ctx: Context, userId: string, tier: TierName): Promise<void> {
  const points = termsOf(tier).minPoints
  try {
    await inTransaction(ctx, (session) =>
      append(ctx, session, { userId, points, reference: 'seed' }, 'opening', points, points),
    )
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}

async function append(
  ctx: Context,
  session: ClientSession,
  { userId, reference, points: moved }: PointsMove,
  reason: PointsReason,
  points: number,
  lifetime: number,
): Promise<void> {
  if (!Number.isSafeInteger(moved) || moved < 0) throw new RangeError(`${moved} is no number of points`)
  if (moved === 0 || (await hasEntry(ctx, session, { userId, reason, reference }))) return
  const entry = { _id: ctx.ids.next(), userId, points, lifetime, reason, reference, at: ctx.clock.now() }
  await appendEntry(ctx, session, entry)
}
