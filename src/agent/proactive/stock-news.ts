import type { Cart, Product } from '../../contract/index.ts'
import { getCart, usersWithProduct } from '../../features/cart/index.ts'
import { getProduct, listProducts } from '../../features/catalog/index.ts'
import { getOpenCheckout } from '../../features/checkout/index.ts'
import { sayUnasked, sessionToTell, usersHere } from '../../features/conversation/index.ts'
import type { StockMoved } from '../../features/inventory/index.ts'
import type { Context } from '../../platform/context.ts'
import { moneyText, variantText } from '../money-text.ts'
import { nearestVariant } from './nearest.ts'

type Line = Cart['items'][number]
const HOUR_MS = 3_600_000

/** Tells those who are here and have a product in their cart that it runs low or has run out. */
export async function tellOfStock(ctx: Context, { productId, variants }: StockMoved): Promise<void> {
  if (variants.every(({ available }) => available > ctx.config.lowStockThreshold)) return
  const here = usersHere(ctx)
  if (here.length === 0) return
  for (const userId of await usersWithProduct(ctx, here, productId)) await tellUser(ctx, userId, productId)
}

async function tellUser(ctx: Context, userId: string, productId: string): Promise<void> {
  const sessionId = await sessionToTell(ctx, userId)
  // What she has on hold is hers, whatever is left.
  if (sessionId === undefined || (await getOpenCheckout(ctx, userId)) !== undefined) return
  const caller = { userId, role: 'customer', requestId: `stock-${productId}`, via: 'agent' } as const
  const cart = await getCart(ctx, caller)
  for (const line of cart.items.filter((item) => item.productId === productId)) {
    const news = await newsOf(ctx, line)
    if (news === undefined) continue
    const { key, text, product } = news
    await sayUnasked(ctx, {
      sessionId,
      key,
      text,
      cart,
      ...(product === undefined ? {} : { products: [product] }),
    })
  }
}

interface News {
  readonly key: string
  readonly text: string
  /** What is offered instead. */
  readonly product?: Product
}

async function newsOf(ctx: Context, line: Line): Promise<News | undefined> {
  const name = `${line.name}${variantText(line)}`
  const { available, quantity } = line
  // The same may run out again after it was back.
  const hour = Math.floor(ctx.clock.now().getTime() / HOUR_MS)
  if (available === 0) {
    const other = await offerFor(ctx, line)
    const text = `${name} in your cart has just sold out.`
    if (other === undefined)
      return { key: `out-${line.sku}-${hour}`, text: `${text} I can tell you when it is back.` }
    return { key: `out-${line.sku}-${hour}`, text: `${text} ${other.text}`, product: other.product }
  }
  if (available < quantity) {
    return {
      key: `short-${line.sku}-${available}-${hour}`,
      text: `Of ${name} only ${available} ${available === 1 ? 'is' : 'are'} left now, and you have ${quantity} in your cart. Shall I change that to ${available}?`,
    }
  }
  if (available > ctx.config.lowStockThreshold) return undefined
  return {
    key: `low-${line.sku}`,
    text: `${name} in your cart is running low: only ${available} left. Say "check out" and I will hold it for you.`,
  }
}

/** The nearest variant of the same product, else what comes nearest in kind and price. */
async function offerFor(ctx: Context, line: Line): Promise<{ text: string; product: Product } | undefined> {
  const product = await getProduct(ctx, line.productId)
  const variant = nearestVariant(product, line)
  if (variant !== undefined) {
    return {
      text: `The nearest I have is ${product.name}${variantText(variant)} for ${moneyText(variant.price)}. Shall I add that one?`,
      product: { ...product, variants: [variant] },
    }
  }
  const query = { page: 1, limit: 20, category: product.category, inStock: true }
  const { items } = await listProducts(ctx, query)
  const apart = ({ price }: Product) => Math.abs(price.amount - product.price.amount)
  const [other] = items.filter(({ id }) => id !== product.id).sort((a, b) => apart(a) - apart(b))
  if (other === undefined) return undefined
  return {
    text: `The nearest that I have is ${other.name} for ${moneyText(other.price)}. Shall I add that one?`,
    product: other,
  }
}
