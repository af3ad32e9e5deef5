import type { Context } from '../platform/context.ts'
import type { OutboxEntry } from '../platform/outbox.ts'

/** Delivers an outbox entry. No mail server is configured, so what would go out is noted in the log, without its content. */
export async function deliver(ctx: Context, entry: OutboxEntry): Promise<void> {
  ctx.log.info({ kind: entry.kind, id: entry._id }, 'notice')
}
