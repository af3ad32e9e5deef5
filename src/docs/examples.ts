import type { z } from 'zod'
import type { ClientEventName, EventInput, NamespaceName, ROUTES, RouteName } from '../contract/index.ts'

type Body<N extends RouteName> = (typeof ROUTES)[N] extends { readonly body: infer S extends z.ZodType }
  ? z.input<S>
  : never

const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}
const CARD = { number: '4242424242424242', expMonth: 12, expYear: 2040, cvc: '737' }
const PRODUCT = { productId: 'm8451b3wphdxwej3ke8p5r18', sku: 'LINEN-SHIRT-M', quantity: 2 }
const CHECKOUT = 'm8452c7xqkf0yfk4mf9q6t29'
const SESSION = 'm8453d8yrmg1zgm5ng0r7v30'
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtODQ1MCJ9.c2lnbmF0dXJl'
const CREDENTIALS = { email: 'asha@example.com', password: 'correct horse battery' }

/** A body for each route that has one, as a client would send it. */
export const BODY_EXAMPLES: { readonly [N in RouteName as Body<N> extends never ? never : N]: Body<N> } = {
  signUp: { ...CREDENTIALS, name: 'Asha Rao' },
  startGuest: {},
  signIn: CREDENTIALS,
  refresh: { refreshToken: 'kZ3V0d9Qm1c8s5R7yX2wB4nF6hJ0pLtU' },
  logOut: { refreshToken: 'kZ3V0d9Qm1c8s5R7yX2wB4nF6hJ0pLtU' },
  changePassword: { currentPassword: 'correct horse battery', newPassword: 'staple horse battery correct' },
  signOutUser: {},
  updateProfile: { name: 'Asha Rao', phone: '+91 98450 12345', preferences: { newsletter: true } },
  addAddress: { ...ADDRESS, label: 'Home', isDefault: true },
  addPaymentMethod: { type: 'card', ...CARD, holder: 'Asha Rao' },
  addCartItem: PRODUCT,
  updateCartItem: { quantity: 3 },
  startCheckout: {},
  applyCoupon: { code: 'WELCOME10' },
  redeemPoints: { points: 250 },
  placeOrder: { checkoutId: CHECKOUT, payment: { method: 'card', ...CARD }, shippingAddress: ADDRESS },
  returnOrder: { items: [{ itemId: 'm8454e9zsnh2ahn6ph1s8w41', quantity: 1 }], reason: 'Too small' },
  adjustInventory: { sku: 'LINEN-SHIRT-M', locationId: 'main-warehouse', delta: -2, reason: 'Damaged' },
}

/** A payload for each event that a client sends. */
export const PAYLOAD_EXAMPLES: {
  readonly [N in NamespaceName]: { readonly [E in ClientEventName<N>]: EventInput<N, E> }
} = {
  '/chat': {
    'session:open': { sessionId: SESSION, afterSeq: 12 },
    'message:send': { sessionId: SESSION, clientMessageId: 'tablet-17', text: 'A warm jacket below 3000?' },
    'run:cancel': { sessionId: SESSION },
    'run:resume': {
      sessionId: SESSION,
      interruptId: 'm8455f0atpj3bjp7qj2t9x52',
      status: 'resolved',
      payload: { approved: true },
    },
    'history:list': { sessionId: SESSION, beforeSeq: 40, limit: 20 },
    'session:close': { sessionId: SESSION },
    'auth:renew': { token: TOKEN },
  },
  '/cart': {
    'cart:get': {},
    'cart:add': PRODUCT,
    'cart:update': { itemId: 'm8456g1buqk4ckq8rk3v0y63', quantity: 3 },
    'cart:remove': { itemId: 'm8456g1buqk4ckq8rk3v0y63' },
    'cart:apply_coupon': { code: 'WELCOME10' },
    'cart:redeem_points': { points: 250 },
    'checkout:start': { idempotencyKey: 'checkout-1' },
    'checkout:pay': {
      checkoutId: CHECKOUT,
      payment: { method: 'upi', vpa: 'asha@upi' },
      shippingAddress: ADDRESS,
      idempotencyKey: 'pay-1',
    },
    'checkout:cancel': { checkoutId: CHECKOUT },
    'auth:renew': { token: TOKEN },
  },
  '/inventory': {
    'inventory:subscribe': { productIds: [PRODUCT.productId] },
    'inventory:unsubscribe': {},
    'stock:waitlist': { productId: PRODUCT.productId, sku: PRODUCT.sku },
    'auth:renew': { token: TOKEN },
  },
}
