import { getProduct } from '../../features/catalog/index.ts'
import { sayUnasked, sessionToTell } from '../../features/conversation/index.ts'
import type { WaitingEnded } from '../../features/inventory/index.ts'
import type { Context } from '../../platform/context.ts'
import { moneyText, variantText } from '../money-text.ts'

/** Tells who has waited for it, where she talks or last talked with the agent. */
export async function tellOfReturn(ctx: Context, { userId, productId, sku }: WaitingEnded): Promise<void> {
  const sessionId = await sessionToTell(ctx, userId, { away: true })
  if (sessionId === undefined) return
  const product = await getProduct(ctx, productId)
  const variant = product.variants.find((candidate) => candidate.sku === sku)
  if (variant === undefined) return
  await sayUnasked(ctx, {
    sessionId,
    key: `back-${sku}-${ctx.clock.now().getTime()}`,
    text: `Good news: ${product.name}${variantText(variant)} is back, ${variant.available} of them, for ${moneyText(variant.price)}. Shall I add it to your cart?`,
    products: [{ ...product, variants: [variant] }],
  })
}
