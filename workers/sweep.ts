import { expireCheckouts, resumeCheckouts } from '../src/features/checkout/index.ts'
import { releaseLapsedHolds } from '../src/features/inventory/index.ts'
import { resumeReturns } from '../src/features/orders/index.ts'
import { runRepeatedly, runSteps } from '../src/jobs/run-worker.ts'

const EVERY_MS = 2_000

await runRepeatedly('sweep', EVERY_MS, (ctx) =>
  runSteps(ctx, {
    checkouts: () => resumeCheckouts(ctx),
    returns: () => resumeReturns(ctx),
    expired: () => expireCheckouts(ctx),
    holds: () => releaseLapsedHolds(ctx),
  }),
)
