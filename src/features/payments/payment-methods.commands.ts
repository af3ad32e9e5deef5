import type { NewPaymentMethod, PaymentMethod } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { chargeOfGiftCard, chargeOfToken } from './charge.ts'
import { gatewayOf } from './choose-gateway.ts'
import { type Charge, deleteMethod, insertMethod, loadMethods } from './payment-methods.store.ts'
import { paymentMethodViews } from './payment-methods.view.ts'
import { tokenize } from './tokenize.ts'

export async function listPaymentMethods(ctx: Context, caller: Caller): Promise<PaymentMethod[]> {
  return paymentMethodViews(await loadMethods(ctx, caller.userId))
}

/** What this user pays with unless told otherwise. */
export async function defaultPaymentMethod(ctx: Context, userId: string): Promise<PaymentMethod | undefined> {
  return paymentMethodViews(await loadMethods(ctx, userId)).find(({ isDefault }) => isDefault)
}

/**
 * Saves a way to pay; the first one becomes the default. Of a card only brand, last digits and expiry are kept.
 * @throws ShopError `not_found` for a gift card that does not exist
 */
export async function addPaymentMethod(
  ctx: Context,
  caller: Caller,
  input: NewPaymentMethod,
): Promise<PaymentMethod> {
  const charge = await chargeToKeep(ctx, input)
  const id = ctx.ids.next()
  const now = ctx.clock.now()
  await insertMethod(ctx, {
    _id: id,
    userId: caller.userId,
    charge,
    ...(input.type === 'card' ? { expMonth: input.expMonth, expYear: input.expYear } : {}),
    ...(input.isDefault === true ? { chosenAt: now } : {}),
    createdAt: now,
  })
  const saved = (await listPaymentMethods(ctx, caller)).find((method) => method.id === id)
  if (saved === undefined) throw notFound('payment method')
  return saved
}

/** Forgets a way to pay, at the gateway too. Throws ShopError `not_found`. */
export async function removePaymentMethod(ctx: Context, caller: Caller, id: string): Promise<void> {
  const removed = await deleteMethod(ctx, caller.userId, id)
  if (removed === null) throw notFound('payment method')
  const { source } = removed.charge
  if (source.type === 'token') await gatewayOf(ctx).forget(source.token)
}

async function chargeToKeep(ctx: Context, input: NewPaymentMethod): Promise<Charge> {
  if (input.type === 'gift_card') return chargeOfGiftCard(ctx, input.code)
  if (input.type === 'upi') {
    const tokenized = await tokenize(ctx, { kind: 'upi', vpa: input.vpa }, { keep: true })
    return chargeOfToken('upi', tokenized)
  }
  const { number, expMonth, expYear, cvc } = input
  const card = { kind: 'card' as const, number, expMonth, expYear, cvc }
  return chargeOfToken('card', await tokenize(ctx, card, { keep: true }))
}
