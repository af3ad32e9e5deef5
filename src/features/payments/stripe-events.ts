import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { noteHandled, wasHandled } from './stripe-events.store.ts'
import { loadIntent } from './stripe-intents.store.ts'

/** How old a signature may be, in seconds. */
const TOLERANCE_S = 300

/** What follows when Stripe tells of an authorization, named by its key. Each must bear to be called again. */
export interface StripeReactions {
  /** The money was set aside, taken or refused. */
  readonly paymentMoved: (ctx: Context, key: string) => Promise<void>
  /** Some of it has gone back. */
  readonly moneyReturned: (ctx: Context, key: string) => Promise<void>
}

const REACTIONS: ReadonlyMap<string, keyof StripeReactions> = new Map([
  ['payment_intent.amount_capturable_updated', 'paymentMoved'],
  ['payment_intent.succeeded', 'paymentMoved'],
  ['payment_intent.payment_failed', 'paymentMoved'],
  ['charge.refunded', 'moneyReturned'],
])

const StripeEvent = z.object({
  id: z.string().min(1).max(255),
  type: z.string().max(255),
  data: z.object({
    object: z.object({
      id: z.string(),
      object: z.string(),
      /** Of a charge: its intent. */
      payment_intent: z.string().nullish(),
      /** A charge has its intent's. */
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
})
type StripeEvent = z.infer<typeof StripeEvent>

/** A message as it came in. */
export interface SignedMessage {
  readonly body: Buffer
  readonly signature: string | undefined
}

/**
 * Takes an event of Stripe's. It only says that there is something to look at: what is true is then read from Stripe, so
 * that events may come late, twice or in any order.
 * @throws ShopError `malformed_json` for one that is not Stripe's, or too old, or `not_found` without a secret to check it
 */
export async function receiveStripeEvent(
  ctx: Context,
  message: SignedMessage,
  reactions: StripeReactions,
): Promise<void> {
  const event = await verified(ctx, message)
  if (event === null) return
  const { id, type } = event
  const reaction = REACTIONS.get(type)
  if (reaction === undefined || (await wasHandled(ctx, id))) return
  const key = await authorizationOf(ctx, event)
  if (key === undefined) return
  await reactions[reaction](ctx, key)
  await noteHandled(ctx, id, type)
  ctx.log.info({ eventId: id, eventType: type }, 'an event of the payment service was handled')
}

/** Null for a well-signed event of a shape that is of no use here. */
async function verified(ctx: Context, { body, signature = '' }: SignedMessage): Promise<StripeEvent | null> {
  const secret = ctx.config.stripe?.webhookSecret
  if (secret === undefined) throw new ShopError('not_found')
  const { default: Stripe } = await import('stripe')
  let event: unknown
  try {
    const now = ctx.clock.now().getTime()
    event = Stripe.webhooks.constructEvent(body, signature, secret, TOLERANCE_S, undefined, now)
  } catch (error) {
    throw new ShopError('malformed_json', 'The signature does not fit.', {}, { cause: error })
  }
  const parsed = StripeEvent.safeParse(event)
  return parsed.success ? parsed.data : null
}

/** The shop's own authorization that an event is about; another shop may use the same account. */
async function authorizationOf(ctx: Context, { data }: StripeEvent): Promise<string | undefined> {
  const { id, object, payment_intent: intentOfCharge, metadata } = data.object
  const key = metadata?.authorization
  if (key === undefined) return undefined
  const intentId = object === 'payment_intent' ? id : intentOfCharge
  const record = await loadIntent(ctx, key)
  // the answer that would have told the id may be the very thing that was lost
  return record !== null && (record.intentId ?? intentId) === intentId ? key : undefined
}
