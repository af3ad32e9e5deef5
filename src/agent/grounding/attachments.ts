import { Cart, Checkout, Order, Product } from '../../contract/index.ts'
import type { Attachments } from '../brain.ts'

interface Shown {
  readonly products: ReadonlyMap<string, Product>
  readonly carts: ReadonlyMap<string, Cart>
  readonly checkouts: ReadonlyMap<string, Checkout>
  readonly orders: ReadonlyMap<string, Order>
}

/**
 * What an answer shows beside its text, as the run's tools gave it: of what the brain attaches only the ids count, and
 * what no tool gave is left out.
 */
export function groundedAttachments(attach: Attachments, results: readonly unknown[]): Attachments {
  const shown = shownBy(results)
  const products = attach.products?.flatMap(({ id }) => shown.products.get(id) ?? [])
  const cart = attach.cart === undefined ? undefined : shown.carts.get(attach.cart.id)
  const checkout = attach.checkout === undefined ? undefined : shown.checkouts.get(attach.checkout.id)
  const order = attach.order === undefined ? undefined : shown.orders.get(attach.order.id)
  return {
    ...(products === undefined || products.length === 0 ? {} : { products }),
    ...(cart === undefined ? {} : { cart }),
    ...(checkout === undefined ? {} : { checkout }),
    ...(order === undefined ? {} : { order }),
  }
}

/** The last of each id counts: a cart changes from one tool to the next. */
function shownBy(results: readonly unknown[]): Shown {
  const products = new Map<string, Product>()
  const carts = new Map<string, Cart>()
  const checkouts = new Map<string, Checkout>()
  const orders = new Map<string, Order>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const entry of value) visit(entry)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const product = Product.safeParse(value)
    if (product.success) products.set(product.data.id, product.data)
    const cart = Cart.safeParse(value)
    if (cart.success) carts.set(cart.data.id, cart.data)
    const checkout = Checkout.safeParse(value)
    if (checkout.success) checkouts.set(checkout.data.id, checkout.data)
    const order = Order.safeParse(value)
    if (order.success) orders.set(order.data.id, order.data)
    if (!product.success && !cart.success && !checkout.success && !order.success) {
      for (const inner of Object.values(value)) visit(inner)
    }
  }
  for (const result of results) visit(result)
  return { products, carts, checkouts, orders }
}
