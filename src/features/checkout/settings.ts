import type { Context } from '../../platform/context.ts'

/** Between which steps of a payment the process may be cut short by a test. */
export type SagaPoint = `${'begin' | 'authorize' | 'place' | 'capture' | 'void'}:${'before' | 'after'}`

export interface CheckoutSettings {
  /** Milliseconds within which a payment must be authorized, repetitions included. */
  readonly authorizeMs: number
  /** Milliseconds to wait before each repetition after a gateway error. */
  readonly backoffMs: readonly number[]
  /** Milliseconds for which the driver of a checkout is left alone unless it renews. */
  readonly leaseMs: number
  /** Milliseconds to wait for another driver of the same checkout. */
  readonly leaseWaitMs: number
  /** How many of those that were left half way a sweep takes up in one round. */
  readonly resumedAtOnce: number
  readonly faults?: (point: SagaPoint, checkoutId: string) => void | Promise<void>
}

/** A payment that is never answered is let go of after `authorizeMs`, which is one call more. */
export const DEFAULTS: CheckoutSettings = {
  authorizeMs: 6_000,
  backoffMs: [100, 200, 400],
  leaseMs: 15_000,
  leaseWaitMs: 1_000,
  resumedAtOnce: 50,
}

const chosen = new WeakMap<Context['db'], CheckoutSettings>()

/** Changes how checkouts on this database are driven; what is not named is as usual. */
export function configureCheckout(ctx: Context, settings: Partial<CheckoutSettings>): void {
  chosen.set(ctx.db, { ...DEFAULTS, ...settings })
}

export function settingsOf(ctx: Context): CheckoutSettings {
  return chosen.get(ctx.db) ?? DEFAULTS
}
