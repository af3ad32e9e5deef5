import { deliverNotice, openChannels } from '../src/features/notifications/index.ts'
import { runRepeatedly } from '../src/jobs/run-worker.ts'
import { relayOutbox } from '../src/platform/outbox.ts'

const EVERY_MS = 2_000

await runRepeatedly('notifications', EVERY_MS, async (ctx) => {
  const channels = openChannels(ctx.config)
  await relayOutbox(ctx, (entry) => deliverNotice(ctx, channels, entry))
})
