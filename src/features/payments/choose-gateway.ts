import type { Context } from '../../platform/context.ts'
import type { PaymentGateway } from './gateway.ts'
import { createMockGateway } from './mock-gateway.ts'
import { createStripeGateway } from './stripe-gateway.ts'

const chosen = new WeakMap<Context['db'], PaymentGateway>()

/** Makes the shop on this database pay through another gateway than its configuration says. */
export function chooseGateway(ctx: Context, gateway: PaymentGateway): void {
  chosen.set(ctx.db, gateway)
}

/** What the shop pays through: what was chosen, or Stripe where it has a key, or the mock. */
export function gatewayOf(ctx: Context): PaymentGateway {
  const known = chosen.get(ctx.db)
  if (known !== undefined) return known
  if (ctx.config.stripe === undefined) return createMockGateway(ctx)
  const stripe = createStripeGateway(ctx, ctx.config.stripe)
  chosen.set(ctx.db, stripe)
  return stripe
}
