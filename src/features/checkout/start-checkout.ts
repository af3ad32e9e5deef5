import type { ClientSession } from 'mongodb'
import type { Checkout } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { inTransaction, isDuplicateKey } from '../../platform/transaction.ts'
import { bindCheckout, type CartQuote, type QuotedCart, quoteCart } from '../cart/index.ts'
import { holdStock, inStockTurn } from '../inventory/index.ts'
import { announce } from './checkout.events.ts'
import { type CheckoutDocument, insertCheckout, loadActive } from './checkout.store.ts'
import { checkoutView } from './checkout.view.ts'
import { endCheckout, productsOf } from './end-checkout.ts'

const MOST_TRIES = 20

/**
 * Holds the stock of the caller's cart for RESERVATION_TTL at the prices of now. An open checkout of hers is replaced.
 * @throws ShopError `cart_empty`, `insufficient_stock` with `available`
 */
export async function startCheckout(
  ctx: Context,
  caller: Caller,
  { claim }: { readonly claim?: IdempotencyClaim },
): Promise<Checkout> {
  const begun = await beginCheckout(ctx, caller.userId, { claim })
  return checkoutView(begun, ctx.clock.now())
}

interface Beginning {
  /** Lets another try of the same request find this checkout again. */
  readonly requestKey?: string | undefined
  /** Completed with the checkout. */
  readonly claim?: IdempotencyClaim | undefined
  /** Sees what the checkout is about to be made from, and throws to refuse it. */
  readonly judge?: (quote: QuotedCart) => Promise<void>
}

/** As `startCheckout`. */
export async function beginCheckout(
  ctx: Context,
  userId: string,
  { requestKey, claim, judge }: Beginning,
): Promise<CheckoutDocument> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const quote = await quoteCart(ctx, userId)
    if (quote.cart.items.length === 0) throw new ShopError('cart_empty')
    await judge?.(quote)
    const replaced = await loadActive(ctx, userId)
    const fresh = newCheckout(ctx, userId, quote, requestKey)
    const ended = await write(ctx, fresh, replaced, claim)
    if (ended === 'moved_on') continue
    if (ended !== null) announce(ctx, ended)
    announce(ctx, fresh)
    return fresh
  }
  throw new ShopError('unavailable', undefined, { retryAfter: 1 })
}

/** What became of the checkout that is replaced. */
async function write(
  ctx: Context,
  fresh: CheckoutDocument,
  replaced: CheckoutDocument | null,
  claim: IdempotencyClaim | undefined,
): Promise<CheckoutDocument | null | 'moved_on'> {
  const products = [...productsOf(fresh), ...(replaced === null ? [] : productsOf(replaced))]
  try {
    return await inStockTurn(ctx, products, () =>
      inTransaction(ctx, async (session) => {
        const ended = replaced === null ? null : await endCheckout(ctx, session, replaced, 'CANCEL')
        const bound = await bind(ctx, session, fresh)
        if (!bound || (replaced !== null && ended === null)) {
          await session.abortTransaction()
          return 'moved_on'
        }
        await holdStock(ctx, session, {
          id: fresh._id,
          userId: fresh.userId,
          lines: fresh.cart.items.map(({ productId, sku, quantity }) => ({ productId, sku, quantity })),
          expiresAt: fresh.expiresAt,
        })
        await insertCheckout(ctx, session, fresh)
        await claim?.complete(session, checkoutView(fresh, fresh.createdAt))
        return ended
      }),
    )
  } catch (error) {
    // Another checkout of the same user was quicker.
    if (isDuplicateKey(error)) return 'moved_on'
    throw error
  }
}

function bind(
  ctx: Context,
  session: ClientSession,
  { _id, userId, cart }: CheckoutDocument,
): Promise<boolean> {
  return bindCheckout(ctx, session, { userId, version: cart.version, checkoutId: _id })
}

function newCheckout(
  ctx: Context,
  userId: string,
  { cart, pricing }: CartQuote,
  requestKey: string | undefined,
): CheckoutDocument {
  const now = ctx.clock.now()
  return {
    _id: ctx.ids.next(),
    userId,
    state: 'open',
    active: true,
    unsettled: false,
    cart,
    pricing: { ...pricing, lines: [...pricing.lines] },
    attempts: [],
    ...(requestKey === undefined ? {} : { requestKey }),
    version: 1,
    createdAt: now,
    expiresAt: after(ctx.clock, ctx.config.reservationTtlMs),
    updatedAt: now,
  }
}
