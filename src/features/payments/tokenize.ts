import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { answerWithin, GATEWAY_CALL_MS } from './answer-within.ts'
import { gatewayOf } from './choose-gateway.ts'
import { type CardSource, GatewayError, type TokenizedSource, type UpiSource } from './gateway.ts'

/**
 * Hands a card or UPI address to the gateway, which keeps it for an hour, or until it is forgotten.
 * @throws ShopError `unavailable` when the gateway does not answer; nothing was begun
 */
export async function tokenize(
  ctx: Context,
  source: CardSource | UpiSource,
  options: { readonly keep: boolean },
): Promise<TokenizedSource> {
  try {
    return await answerWithin(GATEWAY_CALL_MS, gatewayOf(ctx).tokenize(source, options))
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
