import { z } from 'zod'
import {
  type Address,
  CardToken,
  type Checkout,
  Empty,
  GiftCardPayment,
  Id,
  Order,
  PaidCheckout,
  type Payment,
  type PostalAddress,
  SavedPayment,
  ShippingAddress,
  UpiPayment,
} from '../../contract/index.ts'
import { getCart } from '../../features/cart/index.ts'
import { getCheckout, getOpenCheckout, payCheckout, startCheckout } from '../../features/checkout/index.ts'
import { defaultPaymentMethod, describePayment } from '../../features/payments/index.ts'
import { defaultAddress, getAddress } from '../../features/profiles/index.ts'
import { after } from '../../platform/clock.ts'
import { invalidField, ShopError } from '../../platform/errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { moneyText, paymentText } from '../money-text.ts'
import { type Review, type ToolRun, tool } from './tool.ts'

const ASKED_FOR_MS = 10 * 60_000

export const start_checkout = tool({
  description: 'Hold the stock of the cart for a while and work out what it costs.',
  args: Empty,
  effect: true,
  execute: ({ ctx, caller, claim }) => startCheckout(ctx, caller, claim === undefined ? {} : { claim }),
})

/** No card numbers: what a customer types is replaced by a token before anybody sees it. */
const AgentPayment = z.union([CardToken, UpiPayment, GiftCardPayment, SavedPayment])

const PlaceOrderArgs = z.strictObject({
  checkoutId: Id.nullish(),
  payment: AgentPayment.nullish(),
  addressId: Id.nullish(),
  shippingAddress: ShippingAddress.nullish(),
})
type PlaceOrderArgs = z.output<typeof PlaceOrderArgs>

export const place_order = tool({
  description: 'Pay for the checkout and place the order. The customer is always asked for her yes before.',
  args: PlaceOrderArgs,
  effect: true,
  review: reviewOrder,
  renew: async ({ ctx, caller }, args) => ({
    ...args,
    checkoutId: (await startCheckout(ctx, caller, {})).id,
  }),
  async begun({ ctx, caller }, { checkoutId }) {
    if (checkoutId == null) return false
    const { state } = await getCheckout(ctx, caller, checkoutId)
    return state === 'authorizing' || state === 'placing_order' || state === 'completed'
  },
  async execute({ ctx, caller, claim }, { checkoutId, payment, addressId, shippingAddress }) {
    if (checkoutId == null || payment == null) throw invalidField('payment', 'is needed')
    const paid = await payCheckout(ctx, caller, {
      checkoutId,
      payment,
      addressId: addressId ?? undefined,
      shippingAddress: shippingAddress ?? undefined,
      idempotencyKey: undefined,
      ...(claim === undefined ? {} : { claim: ofOrder(claim) }),
    })
    return paid.order
  },
})

/** The agent remembers the order alone; the checkout's own answer has more in it. */
function ofOrder(claim: IdempotencyClaim): IdempotencyClaim {
  return {
    key: claim.key,
    complete(session, answer) {
      const paid = PaidCheckout.safeParse(answer)
      return claim.complete(session, paid.success ? paid.data.order : Order.parse(answer))
    },
  }
}

async function reviewOrder(run: ToolRun, args: PlaceOrderArgs): Promise<Review> {
  const { ctx, caller } = run
  const checkout = await checkoutOf(run, args.checkoutId ?? undefined)
  const payment = args.payment ?? (await savedPayment(run))
  const shown = await describePayment(ctx, caller.userId, payment)
  const ship = await destinationOf(run, args)
  const cart = await getCart(ctx, caller)
  const { totals } = checkout
  const pieces = checkout.cart.items.reduce((sum, { quantity }) => sum + quantity, 0)
  const what = `${pieces} ${pieces === 1 ? 'item' : 'items'}`
  const lapse = after(ctx.clock, ASKED_FOR_MS)
  const held = new Date(checkout.expiresAt)
  return {
    args: { checkoutId: checkout.id, payment, ...ship.args },
    bound: {
      tool: 'place_order',
      checkoutId: checkout.id,
      cartVersion: cart.version,
      totals,
      payment,
      ship: ship.args,
    },
    metadata: { checkoutId: checkout.id, totals, payment: shown },
    question: `${what} for ${moneyText(totals.total)} in all, paid by ${paymentText(shown)} and shipped to ${placeText(ship.address)}. Shall I place the order? Please say yes or no.`,
    expiresAt: held < lapse ? held : lapse,
    attach: { checkout },
  }
}

async function checkoutOf({ ctx, caller }: ToolRun, checkoutId: string | undefined): Promise<Checkout> {
  const checkout =
    checkoutId === undefined
      ? ((await getOpenCheckout(ctx, caller.userId)) ?? (await startCheckout(ctx, caller, {})))
      : await getCheckout(ctx, caller, checkoutId)
  if (checkout.state === 'expired' || new Date(checkout.expiresAt) <= ctx.clock.now()) {
    throw new ShopError('checkout_expired')
  }
  if (checkout.state !== 'open' && checkout.state !== 'declined') throw new ShopError('checkout_closed')
  return checkout
}

async function savedPayment({ ctx, caller }: ToolRun): Promise<Payment> {
  const saved = await defaultPaymentMethod(ctx, caller.userId)
  if (saved === undefined || saved === null) throw invalidField('payment', 'say how you would like to pay')
  return { paymentMethodId: saved.id }
}

interface Destination {
  readonly args: Readonly<Record<string, unknown>>
  readonly address: PostalAddress | Address
}

async function destinationOf({ ctx, caller }: ToolRun, args: PlaceOrderArgs): Promise<Destination> {
  const { shippingAddress } = args
  if (shippingAddress != null) {
    const { label, line2, phone, ...needed } = shippingAddress
    const address = {
      ...needed,
      ...(label === undefined ? {} : { label }),
      ...(line2 === undefined ? {} : { line2 }),
      ...(phone === undefined ? {} : { phone }),
    }
    return { args: { shippingAddress: address }, address }
  }
  const address =
    args.addressId == null
      ? await defaultAddress(ctx, caller.userId)
      : await getAddress(ctx, caller.userId, args.addressId)
  if (address === undefined || address === null) {
    throw invalidField('shippingAddress', 'say where it shall be shipped')
  }
  return { args: { addressId: address.id }, address }
}

function placeText({ name, line1, city, postalCode }: PostalAddress): string {
  return `${name}, ${line1}, ${city} ${postalCode}`
}
