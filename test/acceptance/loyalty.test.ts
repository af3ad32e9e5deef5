import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buy, type Club, giveBack, openClub, PAID, profileOf, put, redeem } from '../support/loyalty-club.ts'

let club: Club

beforeAll(async () => {
  club = await openClub()
})
afterAll(() => club.close())

describe('GET /loyalty/profile', () => {
  it('of a new customer is bronze without points', async () => {
    for (const shopper of [await club.one.guest(), await club.one.signUp()]) {
      expect(await profileOf(shopper)).toEqual({
        tier: 'bronze',
        points: 0,
        lifetimePoints: 0,
        nextTier: 'silver',
        pointsToNextTier: 1_000,
        discountPercent: 0,
      })
    }
  })

  it.each([
    ['bronze', 0, 0, 'silver', 1_000],
    ['silver', 3, 1_000, 'gold', 4_000],
    ['gold', 5, 5_000, 'platinum', 15_000],
    ['platinum', 10, 20_000, null, null],
  ] as const)('of %s has %i percent off', async (tier, discountPercent, points, nextTier, pointsToNextTier) => {
    const shopper = await club.shopperOf(tier)
    expect(await profileOf(shopper)).toEqual({
      tier,
      points,
      lifetimePoints: points,
      nextTier,
      pointsToNextTier,
      discountPercent,
    })
  })

  it('needs a token', async () => {
    expect(await club.one.api.fail('getLoyaltyProfile')).toMatchObject({
      status: 401,
      code: 'unauthenticated',
    })
  })
})

it('GET /loyalty/tiers is public and rises from bronze to platinum', async () => {
  const { items } = await club.one.api.call('listTiers')
  expect(items).toEqual([
    { name: 'bronze', minPoints: 0, discountPercent: 0, pointsPerUnit: 0.02 },
    { name: 'silver', minPoints: 1_000, discountPercent: 3, pointsPerUnit: 0.03 },
    { name: 'gold', minPoints: 5_000, discountPercent: 5, pointsPerUnit: 0.04 },
    { name: 'platinum', minPoints: 20_000, discountPercent: 10, pointsPerUnit: 0.05 },
  ])
})

describe('the tier', () => {
  it('rises with lifetime points, stays when they are spent, and falls when they are taken back', async () => {
    const shopper = await club.one.guest()
    await put(shopper, club.treasure)
    const order = await buy(shopper)
    expect(order).toMatchObject({
      totals: { tier: 'bronze', tierDiscount: { amount: 0 } },
      pointsEarned: 1_000,
    })
    expect(await profileOf(shopper)).toMatchObject({
      tier: 'silver',
      nextTier: 'gold',
      pointsToNextTier: 4_000,
    })
    expect(await shopper.api.call('me')).toMatchObject({ tier: 'silver' })
    await put(shopper, club.thing)
    await redeem(shopper, 970)
    const next = await buy(shopper)
    expect(next.totals).toMatchObject({ tier: 'silver', tierDiscount: { amount: 3_000 } })
    expect(await profileOf(shopper)).toMatchObject({ tier: 'silver', points: 30 })
    await giveBack(shopper, order)
    expect(await profileOf(shopper)).toMatchObject({ tier: 'bronze', points: 30 - 1_000 })
    expect(await put(shopper, club.thing)).toMatchObject({
      totals: { tier: 'bronze', tierDiscount: { amount: 0 } },
    })
    expect(await shopper.api.fail('redeemPoints', { body: { points: 1 } })).toMatchObject({
      code: 'insufficient_points',
    })
    await club.ledger(shopper)
  })

  it.each([
    ['bronze', 0],
    ['silver', 3_000],
    ['gold', 5_000],
    ['platinum', 10_000],
  ] as const)('%s takes its percent off, the same in cart, socket, checkout and order', async (tier, amount) => {
    const shopper = await club.shopperOf(tier)
    const { totals } = await put(shopper, club.thing)
    expect(totals).toMatchObject({ tier, tierDiscount: { amount, currency: 'INR' } })
    expect(totals.total.amount).toBe(
      100_000 - amount + totals.shipping.amount + Math.round(((100_000 - amount) * 18) / 100),
    )
    const socket = await club.two.connect('/cart', shopper.token)
    expect((await socket.send('cart:get', {})).totals).toEqual(totals)
    expect(await shopper.api.call('getCartTotal')).toEqual(totals)
    const checkout = await socket.send('checkout:start', {})
    expect(checkout.totals).toEqual(totals)
    const { order } = await socket.send('checkout:pay', { checkoutId: checkout.id, ...PAID })
    expect(order.totals).toEqual(totals)
  })
})
