import type { Context } from '../../platform/context.ts'
import { deleteExpiredRefreshTokens } from './refresh-tokens.store.ts'
import { revocationsCollection } from './revocations.store.ts'

/** Forgets tokens and revocations that can no longer matter. Returns how many of both went. */
export async function cleanUpTokens(ctx: Context): Promise<number> {
  const tokens = await deleteExpiredRefreshTokens(ctx)
  const { deletedCount } = await revocationsCollection
    .in(ctx.db)
    .deleteMany({ expiresAt: { $lte: ctx.clock.now() } })
  return tokens + deletedCount
}
