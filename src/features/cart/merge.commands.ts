import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { inTransaction, isDuplicateKey } from '../../platform/transaction.ts'
import { inStockTurn } from '../inventory/index.ts'
import { loadCartFacts } from './cart.facts.ts'
import { liveLines, mergedLines } from './cart.rules.ts'
import { type CartDocument, emptiedCart, loadCart, saveCart } from './cart.store.ts'
import { quote } from './cart.view.ts'
import { inCartTurn } from './cart-turns.ts'
import { cartChanged, runHooks } from './change-cart.ts'

const MOST_TRIES = 20

/**
 * Moves a guest's cart into a user's: quantities add up, as far as the stock reaches; the user's own coupon stays.
 * Both carts' open checkouts are closed. Safe to run twice.
 */
export async function mergeCarts(ctx: Context, guestId: string, userId: string): Promise<void> {
  if (guestId === userId) return
  await inCartTurn(ctx, [guestId, userId], () => mergeInTurn(ctx, guestId, userId))
}

async function mergeInTurn(ctx: Context, guestId: string, userId: string): Promise<void> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const [guest, own] = await Promise.all([loadCart(ctx, guestId), loadCart(ctx, userId)])
    if (guest.items.length === 0) return
    if (await merge(ctx, guest, own)) return
  }
  throw new ShopError('unavailable', undefined, { retryAfter: 1 })
}

async function merge(ctx: Context, guest: CartDocument, own: CartDocument): Promise<boolean> {
  const [facts, guestFacts] = await Promise.all([
    loadCartFacts(ctx, own, { productIds: guest.items.map(({ productId }) => productId) }),
    loadCartFacts(ctx, guest),
  ])
  // The guest's own hold is released by the merge, so its pieces can be had.
  const held = new Map(facts.held)
  for (const [sku, quantity] of guestFacts.held) held.set(sku, (held.get(sku) ?? 0) + quantity)
  const now = ctx.clock.now()
  const cause = 'merge'
  const next: CartDocument = {
    ...own,
    items: mergedLines(liveLines(own, facts), guest.items, { ...facts, held }),
    couponCode: own.couponCode ?? guest.couponCode,
    checkoutId: null,
    version: own.version + 1,
    cause,
    updatedAt: now,
  }
  const emptied = emptiedCart(guest, cause, now)
  const afterwards = await saveBoth(ctx, [guest, emptied], [own, next])
  if (afterwards === null) return false
  afterwards()
  const merged = quote(next, await loadCartFacts(ctx, next)).cart
  ctx.events.publish(cartChanged, { userId: own._id, cart: merged, cause })
  ctx.events.publish(cartChanged, { userId: guest._id, cart: quote(emptied, guestFacts).cart, cause })
  return true
}

type Step = readonly [before: CartDocument, next: CartDocument]

/** Null when one of the carts has moved on. */
async function saveBoth(ctx: Context, guest: Step, own: Step): Promise<(() => void) | null> {
  const held = [guest[0], own[0]].filter(({ checkoutId }) => checkoutId !== null)
  const productIds = held.flatMap(({ items }) => items.map(({ productId }) => productId))
  try {
    return await inStockTurn(ctx, productIds, () =>
      inTransaction(ctx, async (session) => {
        for (const [before, next] of [guest, own]) {
          if (!(await saveCart(ctx, before, next, session))) {
            await session.abortTransaction()
            return null
          }
        }
        return runHooks(ctx, session, held)
      }),
    )
  } catch (error) {
    if (isDuplicateKey(error)) return null
    throw error
  }
}
