import { checkoutsCollection } from '../../../src/features/checkout/checkout.store.ts'
import { startWorld, type World, type WorldOptions } from '../world.ts'
import type { BookedIntent } from './books.ts'
import { STRIPE_KEY, type StripeServer } from './server.ts'
import { WEBHOOK_SECRET } from './webhook.ts'

/** A shop that pays through the stand-in of Stripe. */
export function startStripeShop(stripe: StripeServer, options: WorldOptions = {}): Promise<World> {
  return startWorld({
    ...options,
    config: {
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      ...options.config,
    },
  })
}

/** What a frontend has got from Stripe for a card. */
export function token(stripe: StripeServer, number = '4242424242424242') {
  return { method: 'card' as const, token: stripe.books.addMethod(number).id }
}

/** Stripe's intents for a checkout's attempts, in their order. */
export async function intentsOf(
  world: World,
  stripe: StripeServer,
  checkoutId: string,
): Promise<BookedIntent[]> {
  const checkout = checkoutsCollection.parse(
    await checkoutsCollection.in(world.ctx.db).findOne({ _id: checkoutId }),
  )
  const intents = [...stripe.books.intents.values()]
  return checkout.attempts.flatMap(({ key }) =>
    intents.filter(({ metadata }) => metadata.authorization === key),
  )
}

/** The states of a checkout's intents, in their order. */
export async function statusesOf(world: World, stripe: StripeServer, checkoutId: string): Promise<string[]> {
  return (await intentsOf(world, stripe, checkoutId)).map(({ status }) => status)
}
