import type { Role } from '../contract/index.ts'
import type { Caller, Door } from '../platform/caller.ts'
import type { Context } from '../platform/context.ts'
import { ShopError } from '../platform/errors.ts'
import type { VerifiedToken } from '../platform/verified-token.ts'

/** How the doors learn who is calling; given by the composition root. */
export interface TokenCheck {
  /** @throws ShopError `unauthenticated`, `token_expired` or `token_revoked` */
  verify(ctx: Context, token: string): Promise<VerifiedToken>
  /** Whose token this is by its signature alone: enough to count, not to let in. */
  peek(ctx: Context, token: string): string | undefined
}

export function callerOf(token: VerifiedToken, requestId: string, via: Door): Caller {
  return { userId: token.userId, role: token.role, requestId, via }
}

/** @throws ShopError `forbidden` */
export function requireRole(token: VerifiedToken, role: Role): void {
  if (token.role !== role) throw new ShopError('forbidden')
}
