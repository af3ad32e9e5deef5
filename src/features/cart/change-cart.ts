import type { ClientSession } from 'mongodb'
import type { Cart, CartCause } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { defineEvent } from '../../platform/domain-events.ts'
import { ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { inTransaction, isDuplicateKey } from '../../platform/transaction.ts'
import { inStockTurn } from '../inventory/index.ts'
import { type CartFacts, type FactsWanted, loadCartFacts } from './cart.facts.ts'
import { liveLines } from './cart.rules.ts'
import { type CartDocument, loadCart, saveCart } from './cart.store.ts'
import { quote } from './cart.view.ts'
import { inCartTurn } from './cart-turns.ts'

/** A user's cart has a new version. */
export interface CartChange {
  readonly userId: string
  readonly cart: Cart
  readonly cause: CartCause
}
export const cartChanged = defineEvent<CartChange>('cart.changed')

/**
 * Runs within the transaction that changes a cart for which a checkout was opened. What it returns is called after
 * the commit.
 */
export type CartHook = (
  ctx: Context,
  session: ClientSession,
  change: { readonly userId: string; readonly checkoutId: string },
) => Promise<() => void>

const hooks = new Set<CartHook>()

/** Lets the room that opens checkouts close them when the cart changes. Done once by the composition root. */
export function beforeCartChange(hook: CartHook): void {
  hooks.add(hook)
}

/** Runs the hooks for the carts of a transaction that have a checkout; returns what to call after the commit. */
export async function runHooks(
  ctx: Context,
  session: ClientSession,
  carts: readonly CartDocument[],
): Promise<() => void> {
  const afterwards: Array<() => void> = []
  for (const { _id: userId, checkoutId } of carts) {
    if (checkoutId === null) continue
    for (const hook of hooks) afterwards.push(await hook(ctx, session, { userId, checkoutId }))
  }
  return () => {
    for (const act of afterwards) act()
  }
}

/** What a command makes of a cart's content; null: it is so already. It may throw a ShopError to refuse. */
export type Change = (
  cart: CartDocument,
  facts: CartFacts,
) => Partial<Pick<CartDocument, 'items' | 'couponCode' | 'pointsRedeemed'>> | null

export interface ChangeOptions {
  readonly userId: string
  readonly cause: CartCause
  readonly wanted?: FactsWanted
  readonly claim?: IdempotencyClaim | undefined
}

/** Each try that fails is a change that another instance has made meanwhile. */
const MOST_TRIES = 100

/**
 * The one way in which a shopper's command changes a cart: read, change, and save on condition that nobody was
 * quicker, otherwise again. The open checkout of the cart is closed in the same transaction.
 * @throws ShopError `unavailable` when others are quicker all the time, and what `change` throws
 */
export function changeCart(ctx: Context, options: ChangeOptions, change: Change): Promise<Cart> {
  return inCartTurn(ctx, [options.userId], () => changeInTurn(ctx, options, change))
}

async function changeInTurn(ctx: Context, options: ChangeOptions, change: Change): Promise<Cart> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const before = await loadCart(ctx, options.userId)
    const facts = await loadCartFacts(ctx, before, options.wanted)
    const live = { ...before, items: liveLines(before, facts) }
    const changes = change(live, facts)
    if (changes === null) return quote(before, facts).cart
    const next: CartDocument = {
      ...live,
      ...changes,
      checkoutId: null,
      version: before.version + 1,
      cause: options.cause,
      updatedAt: ctx.clock.now(),
    }
    const { cart } = quote(next, facts)
    const saved = await save(ctx, before, next, cart, options.claim)
    if (saved === null) continue
    saved()
    ctx.events.publish(cartChanged, { userId: options.userId, cart, cause: options.cause })
    return cart
  }
  throw new ShopError('unavailable', undefined, { retryAfter: 1 })
}

/** Null when somebody was quicker, else what to call after the commit. */
async function save(
  ctx: Context,
  before: CartDocument,
  next: CartDocument,
  cart: Cart,
  claim: IdempotencyClaim | undefined,
): Promise<(() => void) | null> {
  if (before.checkoutId === null && claim === undefined) {
    return (await saveCart(ctx, before, next)) ? () => undefined : null
  }
  const productIds = before.checkoutId === null ? [] : before.items.map(({ productId }) => productId)
  try {
    return await inStockTurn(ctx, productIds, () =>
      inTransaction(ctx, async (session) => {
        if (!(await saveCart(ctx, before, next, session))) return null
        const afterwards = await runHooks(ctx, session, [before])
        await claim?.complete(session, cart)
        return afterwards
      }),
    )
  } catch (error) {
    if (before.version === 0 && isDuplicateKey(error)) return null
    throw error
  }
}
