import type { WaitlistJoin } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { defineEvent } from '../../platform/domain-events.ts'
import { notFound } from '../../platform/errors.ts'
import { loadInventory } from './inventory.store.ts'
import { claimWaiting, joinWaitlist, loadAwaitedProducts } from './waitlist.store.ts'

/** A variant that somebody waits for is for sale again; published by one instance only. */
export interface WaitingEnded {
  readonly userId: string
  readonly productId: string
  readonly sku: string
}
export const waitingEnded = defineEvent<WaitingEnded>('inventory.waiting-ended')

/**
 * Waits for a variant, or for whichever variant of the product is back first. Where there is nothing to wait for
 * any more, the news follows at once.
 * @throws ShopError `not_found`
 */
export async function waitForStock(
  ctx: Context,
  caller: Caller,
  { productId, sku, email }: WaitlistJoin,
): Promise<{ waiting: true }> {
  const before = await loadInventory(ctx, productId)
  if (before === null) throw notFound('product')
  if (sku !== undefined && !before.variants.some((variant) => variant.sku === sku)) throw notFound('variant')
  await joinWaitlist(ctx, {
    _id: ctx.ids.next(),
    productId,
    sku: sku ?? null,
    userId: caller.userId,
    ...(email === undefined ? {} : { email }),
    createdAt: ctx.clock.now(),
  })
  // Read again after joining: what came back in between has found no one on the list.
  const now = await loadInventory(ctx, productId)
  const wanted = (now?.variants ?? []).filter((variant) => sku === undefined || variant.sku === sku)
  const back = wanted.find(({ available }) => available > 0)
  if (back !== undefined && (sku !== undefined || wanted.every(({ available }) => available > 0))) {
    await announceBack(ctx, productId, [back.sku])
  }
  return { waiting: true }
}

/**
 * Tells everybody who waits for one of these variants, and takes her off the list.
 * @param anyVariant whether those who wait for whichever variant are meant too
 */
export async function announceBack(
  ctx: Context,
  productId: string,
  skus: readonly string[],
  { anyVariant = true } = {},
): Promise<void> {
  for (const sku of skus) {
    for (const { userId } of await claimWaiting(ctx, productId, anyVariant ? [sku, null] : [sku])) {
      ctx.events.publish(waitingEnded, { userId, productId, sku })
    }
  }
}

/** Makes up for what came back while nobody was looking. */
export async function announceMissed(ctx: Context): Promise<void> {
  for (const productId of await loadAwaitedProducts(ctx)) {
    const { variants } = (await loadInventory(ctx, productId)) ?? { variants: [] }
    const back = variants.filter(({ available }) => available > 0).map(({ sku }) => sku)
    const whole = back.length === variants.length
    await announceBack(ctx, productId, back, { anyVariant: whole })
  }
}
