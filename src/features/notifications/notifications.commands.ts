import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { OutboxEntry } from '../../platform/outbox.ts'
import { getUser } from '../accounts/index.ts'
import { findProducts } from '../catalog/index.ts'
import { type OrderFacts, orderFacts } from '../orders/index.ts'
import { isDelivered, noteDelivered } from './deliveries.store.ts'
import type { Mailer } from './mail.ts'
import { confirmed, isBack, type MailText, refunded, runsLow, shipped } from './mail-texts.ts'
import { isNoticeKind, NOTICES, type NoticeKind } from './notices.ts'
import type { Webhook } from './webhook.ts'

/** The ways by which a notice goes out; null where none is configured. */
export interface Channels {
  readonly mailer: Mailer | null
  readonly webhook: Webhook | null
}

interface Notice {
  /** Nobody to write to: none. */
  readonly to: string | undefined
  readonly mail: MailText
  /** What the webhook tells. */
  readonly data: unknown
}

/**
 * Delivers an outbox entry by each channel, once: what has gone out by one is remembered, so that a failure of the
 * other does not repeat it. When the process dies after a server has taken a mail over and before that is
 * remembered, the mail goes out again under the same Message-ID; a webhook under the same event id.
 * Rejects with the first channel's failure once all have been tried.
 */
export async function deliverNotice(ctx: Context, channels: Channels, entry: OutboxEntry): Promise<void> {
  const notice = await noticeOf(ctx, entry)
  if (notice === undefined) {
    ctx.log.info({ kind: entry.kind, id: entry._id }, 'a notice has nothing to tell any more')
    return
  }
  const outcomes = await Promise.allSettled([
    once(ctx, `${entry._id}:mail`, () => sendMail(ctx, channels.mailer, entry, notice)),
    once(ctx, `${entry._id}:webhook`, () => post(ctx, channels.webhook, entry, notice)),
  ])
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function once(ctx: Context, id: string, act: () => Promise<void>): Promise<void> {
  if (await isDelivered(ctx, id)) return
  await act()
  await noteDelivered(ctx, id)
}

async function sendMail(
  ctx: Context,
  mailer: Mailer | null,
  { _id, kind }: OutboxEntry,
  { to, mail }: Notice,
): Promise<void> {
  if (mailer === null || to === undefined) {
    ctx.log.info(
      { kind, id: _id, why: to === undefined ? 'no address' : 'no SMTP_URL' },
      'mail sent to nowhere',
    )
    return
  }
  await mailer.send({ to, ...mail, messageId: `<${_id}@floorwalker>` })
  ctx.log.info({ kind, id: _id }, 'mail sent')
}

async function post(
  ctx: Context,
  webhook: Webhook | null,
  { _id, kind, createdAt }: OutboxEntry,
  { data }: Notice,
): Promise<void> {
  // who waits for what, and her address, is nobody else's business
  if (webhook === null || kind === 'stock.back') return
  await webhook.post({ id: _id, type: kind, createdAt, data }, ctx.clock.now())
  ctx.log.info({ kind, id: _id }, 'webhook sent')
}

async function noticeOf(ctx: Context, { kind, payload }: OutboxEntry): Promise<Notice | undefined> {
  if (!isNoticeKind(kind)) throw new ShopError('internal', `There is no notice of kind ${kind}.`)
  return MAKERS[kind](ctx, payload)
}

const MAKERS: Readonly<Record<NoticeKind, (ctx: Context, payload: unknown) => Promise<Notice | undefined>>> =
  {
    'order.confirmed': async (ctx, payload) => {
      const facts = await orderFacts(ctx, NOTICES['order.confirmed'].parse(payload).orderId)
      return facts && noticeOfOrder(ctx, facts, confirmed(facts.order))
    },
    'order.shipped': async (ctx, payload) => {
      const facts = await orderFacts(ctx, NOTICES['order.shipped'].parse(payload).orderId)
      // an order that was returned before it was packed is not sent
      if (facts === undefined || !['shipped', 'delivered'].includes(facts.order.status)) return undefined
      const { trackingNumber, carrier } = facts.tracking
      return noticeOfOrder(ctx, facts, shipped(facts.order, trackingNumber, carrier))
    },
    'order.refunded': async (ctx, payload) => {
      const { orderId, returnId } = NOTICES['order.refunded'].parse(payload)
      const facts = await orderFacts(ctx, orderId)
      const refund = facts?.order.returns.find(({ id }) => id === returnId)?.refund
      if (facts === undefined || refund === undefined) return undefined
      return noticeOfOrder(ctx, facts, refunded(facts.order, refund))
    },
    'stock.low': async (ctx, payload) => {
      const data = NOTICES['stock.low'].parse(payload)
      const product = (await findProducts(ctx, [data.productId])).get(data.productId)
      return (
        product && { to: ctx.config.admin?.email, mail: runsLow(product, data.available, data.skus), data }
      )
    },
    'stock.back': async (ctx, payload) => {
      const { productId, sku, email } = NOTICES['stock.back'].parse(payload)
      const product = (await findProducts(ctx, [productId])).get(productId)
      return product && { to: email, mail: isBack(product, sku), data: { productId, sku } }
    },
  }

async function noticeOfOrder(ctx: Context, { order, userId }: OrderFacts, mail: MailText): Promise<Notice> {
  const { email } = await getUser(ctx, userId)
  return { to: email ?? undefined, mail, data: { order } }
}
