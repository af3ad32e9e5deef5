import type { LoyaltyProfile, Order, Return, TierName } from '../../src/contract/index.ts'
import { seedPoints } from '../../src/features/loyalty/index.ts'
import { type LedgerEntry, ledgerCollection } from '../../src/features/loyalty/points.store.ts'
import { ADDRESS, UPI } from './purchase.ts'
import { shelve } from './shelf.ts'
import { type Shopper, startWorld, type World } from './world.ts'

/** A shop of two instances in which shoppers earn and spend points. */
export interface Club {
  readonly one: World
  readonly two: World
  /** Costs 1,000.00. */
  readonly thing: string
  /** Costs 50,000.00: enough for a bronze shopper to become silver. */
  readonly treasure: string
  /** A new shopper with the points at which a tier begins. */
  shopperOf(tier: TierName): Promise<Shopper>
  /** The shopper's ledger, oldest first. Throws when its sums are not what the profile says. */
  ledger(shopper: Shopper): Promise<LedgerEntry[]>
  close(): Promise<void>
}

export async function openClub(): Promise<Club> {
  const one = await startWorld()
  const two = await startWorld({ on: one })
  const [thing = '', treasure = ''] = await shelve(one.ctx, [
    { name: 'Thing', variants: [{ quantity: 1_000 }] },
    { name: 'Treasure', price: 5_000_000, variants: [{ quantity: 1_000 }] },
  ])
  return {
    one,
    two,
    thing,
    treasure,
    async shopperOf(tier) {
      const shopper = await one.guest()
      await seedPoints(one.ctx, shopper.id, tier)
      return shopper
    },
    async ledger(shopper) {
      const found = await ledgerCollection.in(one.ctx.db).find({ userId: shopper.id }).toArray()
      const entries = found.map((entry) => ledgerCollection.parse(entry))
      const { points, lifetimePoints } = await profileOf(shopper)
      const sum = (part: 'points' | 'lifetime') => entries.reduce((total, entry) => total + entry[part], 0)
      if (sum('points') !== points || sum('lifetime') !== lifetimePoints) {
        throw new Error(`the profile shows ${points} of ${lifetimePoints}: ${JSON.stringify(entries)}`)
      }
      return entries.toSorted((a, b) => a.at.getTime() - b.at.getTime())
    },
    async close() {
      await two.close()
      await one.close()
    },
  }
}

/** Pays with UPI, which is approved. */
export const PAID = { payment: UPI, shippingAddress: ADDRESS }

export function put({ api }: Shopper, productId: string, quantity = 1) {
  return api.call('addCartItem', { body: { productId, quantity } })
}

export function redeem({ api }: Shopper, points: number) {
  return api.call('redeemPoints', { body: { points } })
}

/** Checks the cart out and pays. */
export function buy({ api }: Shopper): Promise<Order> {
  return api.call('placeOrder', { body: PAID })
}

export function profileOf({ api }: Shopper): Promise<LoyaltyProfile> {
  return api.call('getLoyaltyProfile')
}

/** Returns some items of an order, or all that are left. */
export function giveBack(
  { api }: Shopper,
  { id }: Order,
  items?: Array<{ itemId: string; quantity: number }>,
): Promise<Return> {
  const body = { reason: 'too big', ...(items === undefined ? {} : { items }) }
  return api.call('returnOrder', { params: { id }, body })
}
