import Stripe from 'stripe'
import type { World } from '../world.ts'
import type { BookedIntent } from './books.ts'

export const WEBHOOK_SECRET = 'whsec_floorwalker_8b21e7'

let events = 0

/** An event of Stripe's about an intent, as JSON. */
export function eventAbout(type: string, intent: BookedIntent, id?: string): string {
  events += 1
  const charge = {
    id: intent.latest_charge,
    object: 'charge',
    payment_intent: intent.id,
    metadata: intent.metadata,
  }
  return JSON.stringify({
    id: id ?? `evt_${events}`,
    object: 'event',
    type,
    data: { object: type.startsWith('charge.') ? charge : intent },
  })
}

export interface Signing {
  readonly secret?: string
  readonly at?: Date
}

/** Posts an event as Stripe does, signed by Stripe's own code. */
export function postEvent(
  world: World,
  payload: string,
  { secret = WEBHOOK_SECRET, at }: Signing = {},
): Promise<Response> {
  const signature = Stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    ...(at === undefined ? {} : { timestamp: at.getTime() / 1000 }),
  })
  return fetch(`${world.url}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
    body: payload,
  })
}
