import { cartsCollection } from './cart.store.ts'

export { apportion, scaleDown } from './apportion.ts'
export {
  addItem,
  applyCoupon,
  getCart,
  getTotals,
  type QuotedCart,
  quoteCart,
  redeemPoints,
  removeItem,
  updateItem,
} from './cart.commands.ts'
export { cartRoutes } from './cart.routes.ts'
export { cartEvents, subscribeCartRooms } from './cart.socket.ts'
export { bindCheckout, type CartDocument, usersWithProduct } from './cart.store.ts'
export type { CartQuote } from './cart.view.ts'
export { keepCartVigil } from './cart-vigil.ts'
export { beforeCartChange, type CartChange, type CartHook, cartChanged } from './change-cart.ts'
export { announceCart, cleanUpCarts, clearCart } from './clear.commands.ts'
export { dropLapsedCoupon } from './lapsed-coupon.ts'
export { mergeCarts } from './merge.commands.ts'
export type { LineShare, Pricing } from './pricing.rules.ts'

/** What the composition root creates at start. */
export const cartCollections = [cartsCollection]
