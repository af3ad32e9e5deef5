import type { Context } from '../../platform/context.ts'
import { invalidField, ShopError } from '../../platform/errors.ts'
import { answerWithin, GATEWAY_CALL_MS } from './answer-within.ts'
import { gatewayOf } from './choose-gateway.ts'
import {
  type CardSource,
  GatewayError,
  PaymentRefused,
  type TokenizedSource,
  type UpiSource,
} from './gateway.ts'

/**
 * Hands a card or UPI address to the gateway, which keeps it for an hour, or until it is forgotten.
 * @throws ShopError `unavailable` when the gateway does not answer; nothing was begun. What the gateway does not take is
 * `payment_declined`, or `validation_failed` where it was only to be kept.
 */
export async function tokenize(
  ctx: Context,
  source: CardSource | UpiSource,
  options: { readonly keep: boolean },
): Promise<TokenizedSource> {
  try {
    return await answered(gatewayOf(ctx).tokenize(source, options))
  } catch (error) {
    if (!(error instanceof PaymentRefused)) throw error
    const { reason } = error
    if (options.keep) throw invalidField(source.kind === 'card' ? 'number' : 'vpa', `was refused: ${reason}`)
    throw new ShopError('payment_declined', 'The payment was declined.', { reason }, { cause: error })
  }
}

/**
 * What a token is that a frontend got from the payment service itself; null when the service does not know it.
 * @throws ShopError `unavailable` when the gateway does not answer
 */
export async function describeToken(ctx: Context, token: string): Promise<TokenizedSource | null> {
  const described = gatewayOf(ctx).describe?.(token)
  return described === undefined ? null : answered(described)
}

async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await answerWithin(GATEWAY_CALL_MS, call)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    throw new ShopError(
      'unavailable',
      'The payment service does not answer.',
      { retryAfter: 1 },
      { cause: error },
    )
  }
}
