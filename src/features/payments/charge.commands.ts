import type { ClientSession } from 'mongodb'
import type { Context } from '../../platform/context.ts'
import { answerWithin, GATEWAY_CALL_MS } from './answer-within.ts'
import { gatewayOf } from './choose-gateway.ts'
import type { Authorization } from './gateway.ts'
import { loadGiftCard, moveBalance } from './gift-cards.store.ts'
import type { Charge } from './payment-methods.store.ts'

/** One attempt to charge something; `key` names it at the gateway and on a gift card. */
export interface ChargeAttempt {
  readonly key: string
  readonly charge: Charge
  /** Minor units. */
  readonly amount: number
  readonly currency: string
}

const TOO_LITTLE: Authorization = { status: 'declined', reason: 'insufficient_balance' }

/**
 * Sets the money aside. A gift card is only looked at: it is debited together with what it pays for.
 * @throws GatewayError for a failure that passes, or when `signal` aborts
 */
export async function authorizeCharge(
  ctx: Context,
  attempt: ChargeAttempt,
  signal: AbortSignal,
): Promise<Authorization> {
  const { charge, key, amount, currency } = attempt
  if (charge.source.type === 'token') {
    return gatewayOf(ctx).authorize({ key, token: charge.source.token, amount, currency }, signal)
  }
  const card = await loadGiftCard(ctx, charge.source.giftCardId)
  if (card === null || card.currency !== currency || card.balance < amount) return TOO_LITTLE
  return { status: 'approved', reference: `gift_${key}` }
}

/** What became of an attempt whose answer was lost. A gift card has nothing set aside, so nothing is lost. */
export async function findAuthorization(
  ctx: Context,
  { charge, key }: Pick<ChargeAttempt, 'charge' | 'key'>,
): Promise<Authorization | null> {
  if (charge.source.type !== 'token') return null
  return answerWithin(GATEWAY_CALL_MS, gatewayOf(ctx).find(key))
}

/** Lets go of what was set aside, or will be when a late request arrives. Throws GatewayError for a failure that passes. */
export async function voidCharge(
  ctx: Context,
  { charge, key }: Pick<ChargeAttempt, 'charge' | 'key'>,
): Promise<void> {
  if (charge.source.type === 'token') await answerWithin(GATEWAY_CALL_MS, gatewayOf(ctx).void(key))
}

/** Debits a gift card within the transaction of what it pays for; others are captured after it. False: too little on it. */
export async function debitCharge(
  ctx: Context,
  session: ClientSession,
  { charge, key, amount }: ChargeAttempt,
): Promise<boolean> {
  if (charge.source.type !== 'gift_card' || amount === 0) return true
  const { giftCardId } = charge.source
  return moveBalance(ctx, session, { giftCardId, reference: key, amount: -amount, at: ctx.clock.now() })
}

/** Takes what was set aside; a gift card has been debited already. Throws GatewayError for a failure that passes. */
export async function captureCharge(
  ctx: Context,
  { charge, key }: Pick<ChargeAttempt, 'charge' | 'key'>,
): Promise<void> {
  if (charge.source.type === 'token') await answerWithin(GATEWAY_CALL_MS, gatewayOf(ctx).capture(key))
}

/** A part of a captured charge that goes back. */
export interface RefundOfCharge {
  /** Names this refund. */
  readonly key: string
  readonly charge: Charge
  readonly authorizationKey: string
  /** Minor units. */
  readonly amount: number
}

/** Whether the money goes back through a gateway, after the transaction, rather than within it. */
export function refundsLater(charge: Charge): boolean {
  return charge.source.type === 'token'
}

/** Credits a gift card within the transaction of the return. */
export async function creditCharge(
  ctx: Context,
  session: ClientSession,
  { charge, key, amount }: RefundOfCharge,
): Promise<void> {
  if (charge.source.type !== 'gift_card' || amount === 0) return
  const { giftCardId } = charge.source
  await moveBalance(ctx, session, { giftCardId, reference: key, amount, at: ctx.clock.now() })
}

/** Gives money back through the gateway. Throws GatewayError for a failure that passes. */
export async function refundCharge(ctx: Context, refund: RefundOfCharge): Promise<void> {
  const { charge, key, authorizationKey, amount } = refund
  if (charge.source.type === 'token' && amount > 0) {
    await answerWithin(GATEWAY_CALL_MS, gatewayOf(ctx).refund({ key, authorizationKey, amount }))
  }
}
