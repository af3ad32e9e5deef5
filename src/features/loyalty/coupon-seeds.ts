import type { Context } from '../../platform/context.ts'
import { type CouponDocument, insertMissing } from './coupons.store.ts'

type Seed = Pick<CouponDocument, '_id' | 'description' | 'kind' | 'value'> &
  Partial<Pick<CouponDocument, 'minSubtotal' | 'maxUses' | 'maxUsesEach'>>

/** Amounts are in hundredths of the currency's unit. */
const SEEDS: readonly Seed[] = [
  { _id: 'FREESHIP', description: 'Free shipping', kind: 'free_shipping', value: 0 },
  {
    _id: 'FLAT500',
    description: '500 off from 2,500 on',
    kind: 'amount',
    value: 50_000,
    minSubtotal: 250_000,
  },
  { _id: 'ONCE10', description: '10% off for whoever is first', kind: 'percent', value: 10, maxUses: 1 },
  { _id: 'SAVE15', description: '15% off from 5,000 on', kind: 'percent', value: 15, minSubtotal: 500_000 },
  { _id: 'WELCOME10', description: '10% off, once for you', kind: 'percent', value: 10, maxUsesEach: 1 },
]

/** Adds the demo's coupons that are missing, in the shop's currency. Safe to run twice. */
export async function seedCoupons(ctx: Context): Promise<void> {
  const defaults = { minSubtotal: 0, maxUses: null, maxUsesEach: null, expiresAt: null, uses: 0 }
  await insertMissing(
    ctx,
    SEEDS.map((seed) => ({ ...defaults, ...seed, currency: ctx.config.currency })),
  )
}
