import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configureCheckout, resumeCheckouts } from '../../src/features/checkout/index.ts'
import { createApi } from '../support/api.ts'
import { type CartDoor, restDoor, socketDoor } from '../support/cart-doors.ts'
import { failWrites, restoreWrites } from '../support/failing-writes.ts'
import { buy, type Club, giveBack, openClub, PAID, profileOf, put, redeem } from '../support/loyalty-club.ts'
import type { Shopper } from '../support/world.ts'

let club: Club

beforeAll(async () => {
  club = await openClub()
})
afterAll(() => club.close())

const doors = [
  { name: 'REST', open: async (shopper: Shopper): Promise<CartDoor> => restDoor(shopper) },
  { name: '/cart', open: async (shopper: Shopper) => socketDoor(await shopper.connect('/cart')) },
]

describe.each(doors)('redeeming points by $name', ({ open }) => {
  it('pays a unit of money with each, as far as there are and the cart needs', async () => {
    const shopper = await club.shopperOf('gold')
    await put(shopper, club.thing)
    const door = await open(shopper)
    const some = await door.act('redeem_points', { points: 100 })
    expect(some).toMatchObject({
      version: 2,
      pointsRedeemed: 100,
      totals: {
        subtotal: { amount: 100_000 },
        tierDiscount: { amount: 5_000 },
        pointsDiscount: { amount: 10_000 },
      },
    })
    expect(await door.act('redeem_points', { points: 100 })).toEqual(some)
    const most = await door.act('redeem_points', { points: 5_000 })
    expect(most).toMatchObject({
      version: 3,
      pointsRedeemed: 950,
      totals: { pointsDiscount: { amount: 95_000 }, tax: { amount: 0 } },
    })
    const none = await door.act('redeem_points', { points: 0 })
    expect(none).toMatchObject({ version: 4, pointsRedeemed: 0, totals: { pointsDiscount: { amount: 0 } } })
    expect(await profileOf(shopper)).toMatchObject({ points: 5_000 })
  })

  it('that are not there, or are no number of points, changes nothing', async () => {
    const shopper = await club.shopperOf('silver')
    const door = await open(shopper)
    expect(await door.refused('redeem_points', { points: 1 })).toMatchObject({
      status: 409,
      code: 'cart_empty',
    })
    await put(shopper, club.treasure)
    const before = await door.act('redeem_points', { points: 10 })
    expect(await door.refused('redeem_points', { points: 1_001 })).toMatchObject({
      status: 409,
      code: 'insufficient_points',
    })
    for (const points of [-1, 1.5, '10', null, undefined, 1e12, { $gt: 0 }]) {
      expect(await door.refused('redeem_points', { points })).toMatchObject({
        status: 422,
        code: 'validation_failed',
      })
    }
    expect(await door.refused('redeem_points', { points: 1, userId: 'other' })).toMatchObject({ status: 422 })
    expect(await door.act('get')).toEqual(before)
    expect(await door.act('redeem_points', { points: 1_000 })).toMatchObject({ pointsRedeemed: 1_000 })
  })
})

describe('points', () => {
  it('are spent when the order is paid, and earned on what is paid for goods', async () => {
    const shopper = await club.shopperOf('silver')
    await put(shopper, club.thing, 2)
    const { totals } = await redeem(shopper, 400)
    expect((await shopper.api.call('startCheckout')).totals).toEqual(totals)
    expect(await profileOf(shopper)).toMatchObject({ points: 1_000 })
    const declined = { ...PAID, payment: { method: 'upi', vpa: 'declined@upi' } } as const
    await shopper.api.fail('placeOrder', { body: declined })
    expect(await profileOf(shopper)).toMatchObject({ points: 1_000 })
    const order = await buy(shopper)
    expect(order.totals).toEqual(totals)
    // 3 for each 100 of 2,000 less 3 percent less 400, rounded up
    expect(order.pointsEarned).toBe(47)
    expect(await profileOf(shopper)).toMatchObject({ points: 1_000 - 400 + 47, lifetimePoints: 1_047 })
    expect(await shopper.api.call('getCart')).toMatchObject({ pointsRedeemed: 0 })
    expect((await club.ledger(shopper)).map(({ reason, points }) => [reason, points]).toSorted()).toEqual([
      ['earned', 47],
      ['opening', 1_000],
      ['spent', -400],
    ])
  })

  it('that were taken back meanwhile do not pay; the cart stays', async () => {
    const shopper = await club.one.guest()
    await put(shopper, club.treasure)
    const first = await buy(shopper)
    await put(shopper, club.thing, 20)
    await redeem(shopper, first.pointsEarned)
    const checkout = await shopper.api.call('startCheckout')
    await giveBack(shopper, first)
    expect(await profileOf(shopper)).toMatchObject({ points: 0, tier: 'bronze' })
    const body = { ...PAID, checkoutId: checkout.id }
    expect(await shopper.api.fail('placeOrder', { body })).toMatchObject({
      status: 409,
      code: 'insufficient_points',
    })
    expect(await shopper.api.fail('placeOrder', { body })).toMatchObject({ code: 'checkout_closed' })
    expect(await shopper.api.call('getCart')).toMatchObject({ items: [{ quantity: 20 }], pointsRedeemed: 0 })
    expect((await buy(shopper)).totals.pointsDiscount.amount).toBe(0)
    await club.ledger(shopper)
  })

  it('that are taken back while the payment is under way do not pay either', async () => {
    const shopper = await club.one.guest()
    await put(shopper, club.treasure)
    const first = await buy(shopper)
    await put(shopper, club.thing, 20)
    await redeem(shopper, first.pointsEarned)
    const { id } = await shopper.api.call('startCheckout')
    const there = createApi(club.two.url, shopper.token)
    configureCheckout(club.one.ctx, {
      faults: async (point) => {
        if (point !== 'place:before') return
        await there.call('returnOrder', { params: { id: first.id }, body: { reason: 'in between' } })
      },
    })
    const problem = await shopper.api.fail('placeOrder', { body: { ...PAID, checkoutId: id } })
    configureCheckout(club.one.ctx, {})
    expect(problem).toMatchObject({ status: 409, code: 'insufficient_points' })
    expect((await shopper.api.call('listOrders')).items).toMatchObject([{ id: first.id }])
    expect(await shopper.api.call('getCart')).toMatchObject({ items: [{ quantity: 20 }], pointsRedeemed: 0 })
    expect((await club.ledger(shopper)).map(({ points }) => points)).toEqual([1_000, -1_000])
  })

  it('spent and taken back at the same time stay in the books', async () => {
    const shopper = await club.one.guest()
    await put(shopper, club.treasure)
    const first = await buy(shopper)
    await put(shopper, club.thing, 20)
    await redeem(shopper, first.pointsEarned)
    const there = createApi(club.two.url, shopper.token)
    const [paid, returned] = await Promise.allSettled([
      buy(shopper),
      there.call('returnOrder', {
        params: { id: first.id },
        body: { reason: 'both at once' },
      }),
    ])
    expect(returned.status).toBe('fulfilled')
    const { points } = await profileOf(shopper)
    if (paid.status === 'rejected') {
      expect(paid.reason).toMatchObject({ problem: { code: 'insufficient_points' } })
      expect(points).toBe(0)
    } else {
      const { totals, pointsEarned } = paid.value
      expect(points).toBe(pointsEarned - totals.pointsDiscount.amount / 100)
    }
    await club.ledger(shopper)
  })

  it('are moved by a ledger that only grows, whose sum is the balance, also after returns', async () => {
    const shopper = await club.shopperOf('gold')
    let before = await club.ledger(shopper)
    const grown = async () => {
      const after = await club.ledger(shopper)
      expect(after.filter(({ _id }) => before.some((entry) => entry._id === _id))).toEqual(before)
      const fresh = after.filter(({ _id }) => !before.some((entry) => entry._id === _id))
      before = after
      return Object.fromEntries(fresh.map(({ reason, points }) => [reason, points]))
    }
    await put(shopper, club.thing, 3)
    await put(shopper, club.treasure, 1)
    await redeem(shopper, 1_000)
    const order = await buy(shopper)
    expect(await grown()).toEqual({ spent: -1_000, earned: order.pointsEarned })
    const moved = { taken_back: 0, given_back: 0 }
    const [things, single] = order.items.map(({ id }) => id)
    for (const [itemId = '', quantity] of [
      [things, 1],
      [things, 2],
      [single, 1],
    ] as const) {
      await giveBack(shopper, order, [{ itemId, quantity }])
      const { taken_back = 0, given_back = 0, ...others } = await grown()
      expect(others).toEqual({})
      moved.taken_back += taken_back
      moved.given_back += given_back
    }
    expect(moved).toEqual({ taken_back: -order.pointsEarned, given_back: 1_000 })
    expect(await profileOf(shopper)).toMatchObject({ points: 5_000, lifetimePoints: 5_000, tier: 'gold' })
    await shopper.api.fail('returnOrder', { params: { id: order.id }, body: { reason: 'again' } })
    expect(await grown()).toEqual({})
  })

  it('move with the order or not at all: not with one that was not committed, once with the one that is', async () => {
    const shopper = await club.shopperOf('silver')
    await put(shopper, club.thing)
    await redeem(shopper, 200)
    const { id } = await shopper.api.call('startCheckout')
    const before = await club.ledger(shopper)
    configureCheckout(club.one.ctx, {
      faults: async (point) => {
        if (point === 'place:before') await failWrites(club.one, { command: 'insert', collection: 'orders' })
      },
    })
    const problem = await shopper.api.fail('placeOrder', { body: { ...PAID, checkoutId: id } })
    await restoreWrites(club.one)
    configureCheckout(club.one.ctx, {})
    expect(problem).toMatchObject({ status: 500, code: 'internal' })
    expect(await club.ledger(shopper)).toEqual(before)
    expect(await shopper.api.call('getCart')).toMatchObject({ pointsRedeemed: 200 })
    expect(await Promise.all([resumeCheckouts(club.one.ctx), resumeCheckouts(club.two.ctx)])).toContain(1)
    const { items } = await shopper.api.call('listOrders')
    expect(items).toMatchObject([{ status: 'paid', totals: { pointsDiscount: { amount: 20_000 } } }])
    const moved = (await club.ledger(shopper)).filter(({ reason }) => reason !== 'opening')
    expect(moved.map(({ points }) => points).toSorted((a, b) => a - b)).toEqual([
      -200,
      items[0]?.pointsEarned,
    ])
  })

  it("are nobody else's", async () => {
    const [rich, poor] = [await club.shopperOf('platinum'), await club.one.guest()]
    await put(poor, club.thing)
    expect(await poor.api.fail('redeemPoints', { body: { points: 1 } })).toMatchObject({
      code: 'insufficient_points',
    })
    expect(await profileOf(poor)).toMatchObject({ points: 0 })
    expect(await profileOf(rich)).toMatchObject({ points: 20_000 })
  })
})
