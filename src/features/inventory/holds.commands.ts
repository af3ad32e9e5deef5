import type { ClientSession } from 'mongodb'
import type { Context } from '../../platform/context.ts'
import { defineEvent } from '../../platform/domain-events.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { hold, release, sell, takeBack, type VariantCount } from './inventory.rules.ts'
import {
  endReservation,
  extendReservation,
  insertReservation,
  loadHeldBy,
  loadLapsed,
  loadReservation,
  type ReservationDocument,
} from './reservations.store.ts'
import { byProduct, changeStock, replaceVariant } from './stock-change.ts'

export interface StockLine {
  readonly productId: string
  readonly sku: string
  readonly quantity: number
}

export interface NewHold {
  /** The checkout's id; holding under the same id again changes nothing. */
  readonly id: string
  readonly userId: string
  readonly lines: readonly StockLine[]
  readonly expiresAt: Date
}

/** A hold's time was over and its pieces are for sale again. */
export interface HoldLapsed {
  readonly holdId: string
  readonly userId: string
}
export const holdLapsed = defineEvent<HoldLapsed>('inventory.hold-lapsed')

/**
 * Sets the pieces of all lines aside, or none.
 * @throws ShopError `insufficient_stock` with `available`, `not_found`
 */
export async function holdStock(ctx: Context, session: ClientSession, wanted: NewHold): Promise<void> {
  if ((await loadReservation(ctx, wanted.id, session)) !== null) return
  const lines: ReservationDocument['lines'] = []
  for (const [productId, group] of byProduct(wanted.lines)) {
    const filled: ReservationDocument['lines'] = []
    await changeStock(ctx, session, productId, (variants) => {
      filled.length = 0
      return group.reduce<readonly VariantCount[]>(
        (current, { sku, quantity }) =>
          replaceVariant(current, sku, (variant) => {
            if (variant === undefined) throw notFound('variant')
            const result = hold(variant, quantity)
            if (result === null) throw insufficientStock(variant.available)
            filled.push({ productId, sku, quantity, allocations: result.allocations })
            return result.variant
          }),
        variants,
      )
    })
    lines.push(...filled)
  }
  await insertReservation(ctx, session, {
    _id: wanted.id,
    userId: wanted.userId,
    state: 'held',
    lines,
    expiresAt: wanted.expiresAt,
    createdAt: ctx.clock.now(),
  })
}

/**
 * Turns a hold into a sale. A hold that was taken before changes nothing.
 * @throws ShopError `checkout_expired` when it was released meanwhile, `not_found`
 */
export async function takeStock(ctx: Context, session: ClientSession, holdId: string): Promise<void> {
  const reservation = await loadReservation(ctx, holdId, session)
  if (reservation === null) throw notFound('hold')
  if (reservation.state === 'taken') return
  if (reservation.state === 'released') throw new ShopError('checkout_expired')
  await endHold(ctx, session, reservation, 'taken')
}

/** Gives the pieces of a hold back. One that was taken, released before or never made changes nothing. */
export async function releaseStock(ctx: Context, session: ClientSession, holdId: string): Promise<boolean> {
  const reservation = await loadReservation(ctx, holdId, session)
  if (reservation?.state !== 'held') return false
  await endHold(ctx, session, reservation, 'released')
  return true
}

/**
 * Gives a hold more time, such as while its payment is under way.
 * @throws ShopError `checkout_expired` when it is no longer held
 */
export async function extendHold(
  ctx: Context,
  session: ClientSession,
  holdId: string,
  expiresAt: Date,
): Promise<void> {
  if (!(await extendReservation(ctx, session, holdId, expiresAt))) throw new ShopError('checkout_expired')
}

/**
 * Puts sold pieces up for sale again; the caller sees to it that this happens once.
 * @throws ShopError `not_returnable` when more come back than were sold
 */
export async function returnStock(
  ctx: Context,
  session: ClientSession,
  lines: readonly StockLine[],
): Promise<void> {
  for (const [productId, group] of byProduct(lines)) {
    await changeStock(ctx, session, productId, (variants) =>
      group.reduce<readonly VariantCount[]>(
        (current, { sku, quantity }) =>
          replaceVariant(current, sku, (variant) => {
            const next = variant === undefined ? null : takeBack(variant, quantity)
            if (next === null) throw new ShopError('not_returnable', 'More comes back than was sold.')
            return next
          }),
        variants,
      ),
    )
  }
}

/** The pieces that a shopper's own open holds keep for her. */
export async function heldBy(ctx: Context, userId: string): Promise<StockLine[]> {
  const reservations = await loadHeldBy(ctx, userId)
  return reservations.flatMap(({ lines }) =>
    lines.map(({ productId, sku, quantity }) => ({ productId, sku, quantity })),
  )
}

const LAPSED_AT_ONCE = 100

/** Releases the holds whose time is over and tells of each; returns how many it released. */
export async function releaseLapsedHolds(ctx: Context): Promise<number> {
  let released = 0
  for (const { _id: holdId, userId } of await loadLapsed(ctx, ctx.clock.now(), LAPSED_AT_ONCE)) {
    const done = await inTransaction(ctx, async (session) => {
      const reservation = await loadReservation(ctx, holdId, session)
      // It may have been taken, or been given more time, since it was listed.
      if (reservation?.state !== 'held' || reservation.expiresAt > ctx.clock.now()) return false
      await endHold(ctx, session, reservation, 'released')
      return true
    })
    if (!done) continue
    released += 1
    ctx.events.publish(holdLapsed, { holdId, userId })
  }
  return released
}

async function endHold(
  ctx: Context,
  session: ClientSession,
  reservation: ReservationDocument,
  end: 'taken' | 'released',
): Promise<void> {
  const close = end === 'taken' ? sell : release
  for (const [productId, lines] of byProduct(reservation.lines)) {
    await changeStock(ctx, session, productId, (variants) =>
      lines.reduce<readonly VariantCount[]>(
        (current, { sku, allocations }) =>
          replaceVariant(current, sku, (variant) => {
            if (variant === undefined)
              throw new Error(`hold ${reservation._id} is on a variant without books`)
            return close(variant, allocations)
          }),
        variants,
      ),
    )
  }
  await endReservation(ctx, session, reservation._id, { state: end, at: ctx.clock.now() })
}

function insufficientStock(available: number): ShopError {
  return new ShopError('insufficient_stock', `Only ${available} left.`, { available })
}
