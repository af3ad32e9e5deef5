import {
  type CheckoutSettings,
  configureCheckout,
  type SagaPoint,
} from '../../src/features/checkout/index.ts'
import type { Context } from '../../src/platform/context.ts'

type Act = () => void | Promise<void>

/** What happens when a checkout on a context comes to a point of its saga. */
export interface SagaFaults {
  /** Does it to the next checkout that comes there, once. */
  at(point: SagaPoint, act: Act): void
  /** The points that a checkout has come to so far. */
  passed(checkoutId: string): readonly SagaPoint[]
}

export function sagaFaults(ctx: Context, settings: Partial<CheckoutSettings> = {}): SagaFaults {
  const acts = new Map<SagaPoint, Act>()
  const passed = new Map<string, SagaPoint[]>()
  configureCheckout(ctx, {
    ...settings,
    async faults(point, checkoutId) {
      passed.set(checkoutId, [...(passed.get(checkoutId) ?? []), point])
      const act = acts.get(point)
      acts.delete(point)
      await act?.()
    },
  })
  return {
    at: (point, act) => void acts.set(point, act),
    passed: (checkoutId) => passed.get(checkoutId) ?? [],
  }
}

/** What a process does not live to see. */
export class ProcessDied extends Error {}

/** As if the process had ended there. */
export function die(): never {
  throw new ProcessDied('the process ended here')
}
