import type { Context } from '../../platform/context.ts'
import type { PaymentGateway } from './gateway.ts'
import { createMockGateway } from './mock-gateway.ts'

const chosen = new WeakMap<Context['db'], PaymentGateway>()

/** Makes the shop on this database pay through another gateway than the mock. */
export function chooseGateway(ctx: Context, gateway: PaymentGateway): void {
  chosen.set(ctx.db, gateway)
}

export function gatewayOf(ctx: Context): PaymentGateway {
  return chosen.get(ctx.db) ?? createMockGateway(ctx)
}
