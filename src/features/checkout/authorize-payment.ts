import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../../platform/context.ts'
import { type Authorization, authorizeCharge, type ChargeAttempt, GatewayError } from '../payments/index.ts'
import { settingsOf } from './settings.ts'

/** `timed_out` and `failed` say nothing about the money: it must be let go of. */
export type AuthorizationOutcome =
  | Authorization
  | { readonly status: 'timed_out' }
  | { readonly status: 'failed' }

/** Asks for the money, again after a gateway error, and gives up when the time is over. */
export async function authorizeInTime(ctx: Context, attempt: ChargeAttempt): Promise<AuthorizationOutcome> {
  const { authorizeMs, backoffMs } = settingsOf(ctx)
  const signal = AbortSignal.timeout(authorizeMs)
  for (const wait of [...backoffMs, undefined]) {
    try {
      return await orAborted(authorizeCharge(ctx, attempt, signal), signal)
    } catch (error) {
      if (signal.aborted) return { status: 'timed_out' }
      if (!(error instanceof GatewayError)) throw error
      ctx.log.warn({ err: error, key: attempt.key }, 'the payment gateway failed')
    }
    if (wait !== undefined) await pause(wait)
  }
  return { status: 'failed' }
}

/** For a gateway that does not heed the signal. */
async function orAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new GatewayError('no answer'))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([call, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    call.catch(() => undefined)
  }
}
