import type { Payment, PaymentKind } from '../../contract/index.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'
import type { TokenizedSource } from './gateway.ts'
import { findGiftCard } from './gift-cards.store.ts'
import {
  type CardTokenDocument,
  type Charge,
  insertToken,
  loadMethod,
  loadToken,
} from './payment-methods.store.ts'
import { describeToken, tokenize } from './tokenize.ts'

const TOKEN_KEPT_MS = 60 * 60_000

/**
 * What a payment charges. A card's number goes to the gateway and nowhere else.
 * @throws ShopError `not_found` for a token, saved method or gift card that this user does not have
 */
export async function resolvePayment(ctx: Context, userId: string, payment: Payment): Promise<Charge> {
  if ('number' in payment) {
    const { number, expMonth, expYear, cvc } = payment
    const card = { kind: 'card' as const, number, expMonth, expYear, cvc }
    return chargeOfToken('card', await tokenize(ctx, card, { keep: false }))
  }
  if ('vpa' in payment) {
    const source = { kind: 'upi' as const, vpa: payment.vpa }
    return chargeOfToken('upi', await tokenize(ctx, source, { keep: false }))
  }
  return knownCharge(ctx, userId, payment)
}

/**
 * What a payment shows of itself before it is made; nothing is charged.
 * @throws ShopError `not_found`
 */
export async function describePayment(
  ctx: Context,
  userId: string,
  payment: Payment,
): Promise<Pick<Charge, 'method' | 'brand' | 'last4'>> {
  if ('number' in payment) return { method: 'card', last4: payment.number.slice(-4) }
  if ('vpa' in payment) return { method: 'upi', brand: 'upi' }
  const { source, ...shown } = await knownCharge(ctx, userId, payment)
  return shown
}

/** A card as somebody typed it into a chat. */
export interface TypedCard {
  /** Digits only. */
  readonly number: string
  readonly expMonth?: number
  readonly expYear?: number
  readonly cvc?: string
}

/** Hands a typed card to the gateway; the token pays for this user, for an hour. */
export async function tokenizeCard(
  ctx: Context,
  userId: string,
  card: TypedCard,
): Promise<{ token: string; brand: string; last4: string }> {
  const { token, brand, last4 = '' } = await tokenize(ctx, { kind: 'card', ...card }, { keep: false })
  await insertToken(ctx, tokenDocument(ctx, userId, { token, brand, last4 }))
  return { token, brand, last4 }
}

async function knownCharge(
  ctx: Context,
  userId: string,
  payment: Exclude<Payment, { number: string } | { vpa: string }>,
): Promise<Charge> {
  if ('code' in payment) return chargeOfGiftCard(ctx, payment.code)
  const found =
    'token' in payment
      ? ((await loadToken(ctx, userId, payment.token)) ??
        (await loadMethod(ctx, userId, payment.token)) ??
        (await claimToken(ctx, userId, payment.token)))
      : await loadMethod(ctx, userId, payment.paymentMethodId)
  if (found === null) throw notFound('payment method')
  return found.charge
}

/** A token that the frontend got from the payment service pays for whoever brings it first. */
async function claimToken(ctx: Context, userId: string, token: string): Promise<CardTokenDocument | null> {
  const described = await describeToken(ctx, token)
  if (described === null) return null
  await ignoringDuplicate(insertToken(ctx, tokenDocument(ctx, userId, described)))
  return loadToken(ctx, userId, described.token)
}

function tokenDocument(ctx: Context, userId: string, source: TokenizedSource): CardTokenDocument {
  return {
    _id: source.token,
    userId,
    charge: chargeOfToken('card', source),
    expiresAt: after(ctx.clock, TOKEN_KEPT_MS),
  }
}

/** Throws ShopError `not_found`. */
export async function chargeOfGiftCard(ctx: Context, code: string): Promise<Charge> {
  const card = await findGiftCard(ctx, code)
  if (card === null) throw notFound('gift card')
  return {
    method: 'gift_card',
    last4: card.code.slice(-4),
    source: { type: 'gift_card', giftCardId: card._id },
  }
}

export function chargeOfToken(method: PaymentKind, { token, brand, last4 }: TokenizedSource): Charge {
  return { method, brand, ...(last4 === undefined ? {} : { last4 }), source: { type: 'token', token } }
}
