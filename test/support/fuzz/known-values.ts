import fc, { type Arbitrary } from 'fast-check'
import { ADDRESS, APPROVED, DECLINED, UPI } from '../purchase.ts'
import type { Hints } from './schema-values.ts'

const KEPT = 40

/** What the shop has told so far, so that requests meet what exists and not only what does not. */
export interface KnownValues {
  readonly hints: Hints
  /** Ids for a path's hole. */
  idFor(path: string): Arbitrary<unknown>
  add(kind: string, ...values: readonly string[]): void
  /** Takes the ids out of an answer. */
  learn(operation: string, answer: unknown): void
}

const KIND_BY_PATH: ReadonlyArray<readonly [RegExp, string]> = [
  [/\/products|\/admin\/inventory/, 'productId'],
  [/\/cart\/items/, 'cartItemId'],
  [/\/orders/, 'orderId'],
  [/\/addresses/, 'addressId'],
  [/\/payment-methods/, 'paymentMethodId'],
]

const KIND_BY_OPERATION: Readonly<Record<string, string>> = {
  addAddress: 'addressId',
  addPaymentMethod: 'paymentMethodId',
  startCheckout: 'checkoutId',
  placeOrder: 'orderId',
}

export function createKnownValues(): KnownValues {
  const kinds = new Map<string, string[]>()
  const add = (kind: string, ...values: readonly string[]) => {
    kinds.set(kind, [...values, ...(kinds.get(kind) ?? [])].slice(0, KEPT))
  }
  const known = (kind: string): Arbitrary<unknown> =>
    fc.nat().map((turn) => {
      const values = kinds.get(kind) ?? []
      return values[turn % Math.max(1, values.length)] ?? `no-${kind}`
    })
  const card = fc.constantFrom(
    APPROVED,
    APPROVED,
    DECLINED,
    UPI,
    { method: 'card', token: 'tok_unknown' },
    { method: 'gift_card', code: 'GIFT-500' },
  )
  const hinted: Readonly<Record<string, Arbitrary<unknown>>> = {
    productId: known('productId'),
    sku: known('sku'),
    locationId: known('locationId'),
    checkoutId: known('checkoutId'),
    addressId: known('addressId'),
    itemId: known('orderItemId'),
    sessionId: known('sessionId'),
    refreshToken: known('refreshToken'),
    payment: fc.oneof(
      { weight: 3, arbitrary: card },
      known('paymentMethodId').map((id) => ({ paymentMethodId: id })),
    ),
    shippingAddress: fc.constant(ADDRESS),
    code: fc.constantFrom('WELCOME10', 'ONCE10', 'GIFT-500', 'GIFT-2000', 'nope'),
    email: fc.oneof(fc.emailAddress(), known('email')),
    password: fc.constantFrom('correct horse battery', 'quite another one'),
    number: fc.constantFrom('4242424242424242', '4242 4242 4242 4242', '5555-5555-5555-4444'),
    country: fc.constantFrom('IN', 'DE', 'US'),
    quantity: fc.integer({ min: 1, max: 3 }),
    delta: fc.integer({ min: -2, max: 5 }),
  }
  return {
    add,
    hints: (field) => (Object.hasOwn(hinted, field) ? hinted[field] : undefined),
    idFor: (path) => known(KIND_BY_PATH.find(([pattern]) => pattern.test(path))?.[1] ?? 'id'),
    learn(operation, answer) {
      if (typeof answer !== 'object' || answer === null) return
      const { id, items, refreshToken } = answer as { id?: unknown; items?: unknown; refreshToken?: unknown }
      const kind = KIND_BY_OPERATION[operation]
      if (kind !== undefined && typeof id === 'string') add(kind, id)
      if (typeof refreshToken === 'string') add('refreshToken', refreshToken)
      const inside =
        operation === 'placeOrder' ? 'orderItemId' : operation === 'addCartItem' ? 'cartItemId' : undefined
      if (inside === undefined || !Array.isArray(items)) return
      for (const item of items as Array<{ id?: unknown }>)
        if (typeof item.id === 'string') add(inside, item.id)
    },
  }
}
