import { GatewayError } from './gateway.ts'

/** Milliseconds that a gateway's quick calls may take; an authorization has the limit that its caller gives. */
export const GATEWAY_CALL_MS = 3_000

/** The answer of a call, or GatewayError after so many milliseconds; what comes later is dropped. */
export async function answerWithin<T>(milliseconds: number, call: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new GatewayError('no answer')), milliseconds)
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
    call.catch(() => undefined)
  }
}
