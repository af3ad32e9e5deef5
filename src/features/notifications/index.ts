import type { Config } from '../../config.ts'
import { deliveriesCollection } from './deliveries.store.ts'
import { openMailer } from './mail.ts'
import type { Channels } from './notifications.commands.ts'
import { openWebhook } from './webhook.ts'

export { type Channels, deliverNotice } from './notifications.commands.ts'

/** What the composition root creates at start. */
export const notificationCollections = [deliveriesCollection]

/** The ways by which notices go out in this configuration. */
export function openChannels(config: Config): Channels {
  return { mailer: openMailer(config), webhook: openWebhook(config) }
}
