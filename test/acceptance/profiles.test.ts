import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApi } from '../support/api.ts'
import { failWrites, restoreWrites } from '../support/failing-writes.ts'
import { ADDRESS } from '../support/purchase.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

let world: World
let two: World
let shopper: Shopper
let stranger: Shopper

beforeAll(async () => {
  world = await startWorld()
  two = await startWorld({ on: world })
})
afterAll(async () => {
  await two.close()
  await world.close()
})
beforeEach(async () => {
  shopper = await world.guest()
  stranger = await world.guest()
})

/** A request as a careless client would send it. */
async function send(method: string, path: string, body: unknown, as: Shopper = shopper) {
  const answer = await as.api.raw(`/api${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('the profile', () => {
  it('of a new user has the name of the account and nothing else', async () => {
    const signedUp = await world.signUp()
    expect(await signedUp.api.call('getProfile')).toEqual({ name: 'Asha Rao', phone: null, preferences: {} })
    expect(await shopper.api.call('getProfile')).toEqual({ name: null, phone: null, preferences: {} })
  })

  it('changes what is given, keeps the rest, and shows on another instance', async () => {
    const { api } = shopper
    const named = await api.call('updateProfile', { body: { name: '  Ravi  ', phone: '+91 22 1234 5678' } })
    expect(named).toEqual({ name: 'Ravi', phone: '+91 22 1234 5678', preferences: {} })
    const preferences = { newsletter: true, size: 'M', budget: 5000, theme: null }
    const chosen = await api.call('updateProfile', { body: { preferences } })
    expect(chosen).toEqual({ ...named, preferences })
    expect(await api.call('updateProfile', { body: { phone: null } })).toEqual(chosen)
    expect(await api.call('updateProfile', { body: {} })).toEqual(chosen)
    const replaced = await api.call('updateProfile', { body: { preferences: { size: 'L' } } })
    expect(replaced).toEqual({ ...named, preferences: { size: 'L' } })
    expect(await createApi(two.url, shopper.token).call('getProfile')).toEqual(replaced)
    expect(await api.call('me')).toMatchObject({ name: 'Ravi' })
    expect(await stranger.api.call('getProfile')).toMatchObject({ name: null, phone: null })
  })

  it('is changed as a whole or not at all', async () => {
    const before = await shopper.api.call('getProfile')
    await failWrites(world, { command: 'update', collection: 'profiles', after: 1 })
    const body = { name: 'Ravi', phone: '+91 22 1234 5678' }
    expect(await shopper.api.fail('updateProfile', { body })).toMatchObject({ status: 500 })
    await restoreWrites(world)
    expect(await shopper.api.call('getProfile')).toEqual(before)
    expect(await shopper.api.call('updateProfile', { body })).toMatchObject(body)
  })

  it('takes two changes at the same time', async () => {
    await Promise.all([
      shopper.api.call('updateProfile', { body: { phone: '+91 22 1234 5678' } }),
      shopper.api.call('updateProfile', { body: { name: 'Ravi' } }),
      shopper.api.call('updateProfile', { body: { preferences: { size: 'M' } } }),
    ])
    expect(await shopper.api.call('getProfile')).toEqual({
      name: 'Ravi',
      phone: '+91 22 1234 5678',
      preferences: { size: 'M' },
    })
  })

  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`p${index}`, true]))
  it.each<[string, unknown]>([
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(121) }],
    ['name', { name: 'Ravi\nRao' }],
    ['name', { name: 7 }],
    ['phone', { phone: 'call me' }],
    ['phone', { phone: '1'.repeat(40) }],
    ['preferences', { preferences: 'large' }],
    ['preferences', { preferences: many }],
    ['preferences.size', { preferences: { size: { $gt: '' } } }],
    ['preferences.$where', { preferences: { $where: '1' } }],
    ['preferences.a.b', { preferences: { 'a.b': true } }],
    ['preferences.size', { preferences: { size: 'x'.repeat(501) } }],
    ['email', { email: 'other@example.com' }],
    ['role', { role: 'admin', name: 'Mallory' }],
  ])('refuses a wrong %s and changes nothing: %j', async (path, body) => {
    const before = await shopper.api.call('getProfile')
    const answer = await send('PUT', '/users/profile', body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed', errors: [{ path }] } })
    expect(await shopper.api.call('getProfile')).toEqual(before)
  })

  it('can hold as much as is allowed', async () => {
    const { p50: _left, ...preferences } = many
    const body = { name: 'x'.repeat(120), preferences }
    expect(await shopper.api.call('updateProfile', { body })).toMatchObject(body)
  })
})

describe('addresses', () => {
  const add = (change: object = {}, as: Shopper = shopper) =>
    as.api.call('addAddress', { body: { ...ADDRESS, ...change } })
  const list = async (as: Shopper = shopper) => (await as.api.call('listAddresses')).items
  const defaults = async () => (await list()).flatMap(({ id, isDefault }) => (isDefault ? [id] : []))

  it('are kept as they are given, the first as the default', async () => {
    expect(await list()).toEqual([])
    const home = await add({ label: 'Home', line2: 'Flat 2', phone: '+91 22 1234 5678', country: 'in' })
    expect(home).toEqual({
      id: expect.any(String),
      ...ADDRESS,
      label: 'Home',
      line2: 'Flat 2',
      phone: '+91 22 1234 5678',
      country: 'IN',
      isDefault: true,
    })
    const plain = await add({ label: null, line2: null })
    expect(plain).toEqual({ id: plain.id, ...ADDRESS, isDefault: false })
    expect(await list()).toEqual([home, plain])
  })

  it('have one default: the one chosen last, or else the oldest that is left', async () => {
    const first = await add()
    const second = await add({ isDefault: true })
    expect(second.isDefault).toBe(true)
    expect(await defaults()).toEqual([second.id])
    const third = await add({ isDefault: true })
    await add({ isDefault: false })
    expect(await defaults()).toEqual([third.id])
    await shopper.api.call('removeAddress', { params: { id: third.id } })
    expect(await defaults()).toEqual([second.id])
    await shopper.api.call('removeAddress', { params: { id: second.id } })
    expect(await defaults()).toEqual([first.id])
  })

  it('have one default, whatever is added at the same time', async () => {
    await Promise.all(Array.from({ length: 6 }, () => add({ isDefault: true })))
    expect(await list()).toHaveLength(6)
    expect(await defaults()).toHaveLength(1)
  })

  it('are removed once', async () => {
    const { id } = await add()
    const tries = await Promise.allSettled(
      [1, 2].map(() => shopper.api.call('removeAddress', { params: { id } })),
    )
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await shopper.api.fail('removeAddress', { params: { id } })).toMatchObject({
      status: 404,
      code: 'not_found',
    })
    expect(await list()).toEqual([])
  })

  it('are their owner’s alone', async () => {
    const { id } = await add()
    expect(await list(stranger)).toEqual([])
    for (const params of [{ id }, { id: 'nothing' }]) {
      expect(await stranger.api.fail('removeAddress', { params })).toMatchObject({ status: 404 })
    }
    expect(await list()).toHaveLength(1)
  })

  it.each([
    'name',
    'line1',
    'city',
    'state',
    'postalCode',
    'country',
  ] as const)('need a %s', async (field) => {
    for (const value of [undefined, null, '', '   ', 'x'.repeat(201)]) {
      const answer = await send('POST', '/users/addresses', { ...ADDRESS, [field]: value })
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'validation_failed', errors: [{ path: field }] },
      })
    }
    expect(await list()).toEqual([])
  })

  it.each<[string, object]>([
    ['country', { country: 'India' }],
    ['country', { country: '1N' }],
    ['phone', { phone: 'call me' }],
    ['label', { label: 'x'.repeat(61) }],
    ['isDefault', { isDefault: 'yes' }],
    ['userId', { userId: 'another' }],
    ['id', { id: 'mine' }],
  ])('refuse a wrong %s: %j', async (path, change) => {
    const answer = await send('POST', '/users/addresses', { ...ADDRESS, ...change })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path }] } })
    expect(await list()).toEqual([])
  })
})

describe('payment methods', () => {
  const CARD = {
    type: 'card' as const,
    number: '4242 4242 4242 4242',
    expMonth: 12,
    expYear: 2040,
    cvc: '737',
    holder: 'Asha Rao',
  }
  const add = (body: object = CARD, as: Shopper = shopper) =>
    as.api.call('addPaymentMethod', { body: { ...CARD, ...body } })
  const list = async (as: Shopper = shopper) => (await as.api.call('listPaymentMethods')).items
  const defaults = async () => (await list()).flatMap(({ id, isDefault }) => (isDefault ? [id] : []))

  it('show brand, last digits and expiry of a card, and no more', async () => {
    const answer = await send('POST', '/users/payment-methods', CARD)
    const shown = {
      id: expect.any(String),
      type: 'card',
      brand: 'visa',
      last4: '4242',
      expMonth: 12,
      expYear: 2040,
      isDefault: true,
    }
    expect(answer).toEqual({ status: 201, body: shown })
    expect(await list()).toEqual([shown])
    const upi = await send('POST', '/users/payment-methods', { type: 'upi', vpa: 'asha@bank' })
    expect(upi).toEqual({
      status: 201,
      body: { id: expect.any(String), type: 'upi', brand: 'upi', isDefault: false },
    })
  })

  it('have one default: the one chosen last, or else the oldest that is left', async () => {
    const first = await add()
    const second = await add({ isDefault: true })
    const third = await add({ isDefault: true })
    await add()
    expect(await defaults()).toEqual([third.id])
    await shopper.api.call('removePaymentMethod', { params: { id: third.id } })
    expect(await defaults()).toEqual([second.id])
    await shopper.api.call('removePaymentMethod', { params: { id: second.id } })
    expect(await defaults()).toEqual([first.id])
    await Promise.all(Array.from({ length: 4 }, () => add({ isDefault: true })))
    expect(await defaults()).toHaveLength(1)
  })

  it('are their owner’s alone, and removed once', async () => {
    const { id } = await add()
    expect(await list(stranger)).toEqual([])
    for (const params of [{ id }, { id: 'nothing' }]) {
      expect(await stranger.api.fail('removePaymentMethod', { params })).toMatchObject({ status: 404 })
    }
    await shopper.api.call('removePaymentMethod', { params: { id } })
    expect(await shopper.api.fail('removePaymentMethod', { params: { id } })).toMatchObject({ status: 404 })
    expect(await list()).toEqual([])
  })

  it('are forgotten at the gateway too', async () => {
    const sources = world.ctx.db.collection('mock_gateway_sources')
    const before = await sources.countDocuments()
    const { id } = await add()
    expect(await sources.countDocuments()).toBe(before + 1)
    await shopper.api.call('removePaymentMethod', { params: { id } })
    expect(await sources.countDocuments()).toBe(before)
  })

  it('refuse a gift card that there is not', async () => {
    const body = { type: 'gift_card' as const, code: 'GIFT-NONE' }
    expect(await shopper.api.fail('addPaymentMethod', { body })).toMatchObject({
      status: 404,
      code: 'not_found',
    })
    expect(await list()).toEqual([])
  })

  it.each<[string, unknown]>([
    ['number', { ...CARD, number: '4242424242424241' }],
    ['number', { ...CARD, number: '42' }],
    ['number', { ...CARD, number: undefined }],
    ['expMonth', { ...CARD, expMonth: 0 }],
    ['expYear', { ...CARD, expYear: 40 }],
    ['cvc', { ...CARD, cvc: '12345' }],
    ['cvc', { ...CARD, cvc: 737 }],
    ['holder', { ...CARD, holder: '' }],
    ['vpa', { type: 'upi', vpa: 'asha' }],
    ['vpa', { ...CARD, vpa: 'asha@bank' }],
    ['type', { ...CARD, type: 'cash' }],
    ['type', { number: CARD.number }],
  ])('refuse a wrong %s, without saying what it was: %j', async (path, body) => {
    const answer = await send('POST', '/users/payment-methods', body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed', errors: [{ path }] } })
    expect(JSON.stringify(answer.body)).not.toContain('4242')
    expect(await list()).toEqual([])
  })
})
