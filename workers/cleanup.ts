import { cleanUpTokens } from '../src/features/accounts/index.ts'
import { cleanUpCarts } from '../src/features/cart/index.ts'
import { cleanUpSessions } from '../src/features/conversation/index.ts'
import { runOnce, runSteps } from '../src/jobs/run-worker.ts'
import { cleanUpIdempotencyKeys } from '../src/platform/idempotency.ts'

await runOnce(
  'cleanup',
  (ctx) => ctx.config.intervals.cleanupMs,
  (ctx) =>
    runSteps(ctx, {
      tokens: () => cleanUpTokens(ctx),
      sessions: () => cleanUpSessions(ctx),
      carts: () => cleanUpCarts(ctx),
      idempotencyKeys: () => cleanUpIdempotencyKeys(ctx),
    }),
)
