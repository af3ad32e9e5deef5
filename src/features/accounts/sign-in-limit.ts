import { createHash } from 'node:crypto'
import type { Context } from '../../platform/context.ts'
import { requireAllowed, sharedLimit } from '../../platform/limits.ts'

/** Counts failed sign-ins for each pair of account and network address, on all instances together. */
export interface SignInLimit {
  /** Stands for the pair in the log, which names no address of a person. */
  readonly pair: string

  /** @throws ShopError `rate_limited` once the failures are used up */
  requireAllowed(): Promise<void>
  /** @throws ShopError `rate_limited` when this failure was one too many */
  countFailure(): Promise<void>
}

export function signInLimit(ctx: Context, email: string, address: string): SignInLimit {
  const limit = sharedLimit(ctx, 'signin', ctx.config.rates.signIn)
  const key = createHash('sha256').update(`${email}\n${address}`).digest('base64url')
  return {
    pair: key.slice(0, 16),
    async requireAllowed() {
      requireAllowed(await limit.peek(key))
    },
    async countFailure() {
      requireAllowed(await limit.consume(key))
    },
  }
}
