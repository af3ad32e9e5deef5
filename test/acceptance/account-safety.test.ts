import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authenticate } from '../../src/features/accounts/accounts.commands.ts'
import { startTokenFamily } from '../../src/features/accounts/sessions.commands.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { createApi } from '../support/api.ts'
import { RefusedConnection } from '../support/client.ts'
import { PASSWORD, startWorld, type World } from '../support/world.ts'

const NEW = 'staple battery horse 42'

let world: World
let other: World
const lines: string[] = []

beforeAll(async () => {
  const probe = await startWorld()
  const log = await createLogger(
    { ...probe.ctx.config, logLevel: 'info' },
    { write: (line: string) => void lines.push(line) },
  )
  await probe.close()
  world = await startWorld({ log, config: { RATE_LIMIT_SIGNIN: '3/1h' } })
  other = await startWorld({ on: world })
})
afterAll(async () => {
  await other.close()
  await world.close()
})

const change = (currentPassword: string, newPassword: string) => ({ body: { currentPassword, newPassword } })

describe('another password', () => {
  test('ends every session that was begun with the old one, on every instance, and begins a new one', async () => {
    const shopper = await world.signUp()
    const { accessToken } = await other.api.call('signIn', {
      body: { email: shopper.email, password: PASSWORD },
    })
    const tablet = await other.connect('/cart', accessToken)
    const answer = await shopper.api.call('changePassword', change(PASSWORD, NEW))
    expect(answer.user.id).toBe(shopper.id)
    await tablet.ended
    expect(tablet.received('auth:expired')).toEqual([{ code: 'token_revoked' }])
    const old = createApi(other.url, accessToken)
    expect(await old.fail('me')).toMatchObject({ code: 'token_revoked' })
    expect(await shopper.api.fail('me')).toMatchObject({ code: 'token_revoked' })
    expect(await world.api.fail('refresh', { body: { refreshToken: shopper.refreshToken } })).toMatchObject({
      status: 401,
    })
    expect(await createApi(other.url, answer.accessToken).call('me')).toMatchObject({ id: shopper.id })
    const signIn = (password: string) => ({ body: { email: shopper.email, password } })
    expect(await world.api.fail('signIn', signIn(PASSWORD))).toMatchObject({ code: 'invalid_credentials' })
    await world.api.call('signIn', signIn(NEW))
  })

  test('leaves no session to whoever was signing in with the old one meanwhile', async () => {
    const { email, api } = await world.signUp()
    const proved = await authenticate(world.ctx, { email, password: PASSWORD }, '127.0.0.1')
    await api.call('changePassword', change(PASSWORD, NEW))
    const families = () => world.ctx.db.collection('refresh_tokens').countDocuments({ userId: proved._id })
    const before = await families()
    await expect(startTokenFamily(world.ctx, proved)).rejects.toMatchObject({ code: 'invalid_credentials' })
    expect(await families()).toBe(before)
  })

  test('and sign-ins at once leave sessions of one password only', async () => {
    const { email, api } = await world.signUp()
    const trying = [world, other, world, other].map((one) =>
      one.api.call('signIn', { body: { email, password: PASSWORD } }).catch(() => undefined),
    )
    const changed = await api.call('changePassword', change(PASSWORD, NEW))
    for (const answer of await Promise.all(trying)) {
      if (answer === undefined) continue
      expect(await createApi(other.url, answer.accessToken).fail('me')).toMatchObject({
        code: 'token_revoked',
      })
    }
    expect(await createApi(world.url, changed.accessToken).call('me')).toMatchObject({ email })
  })

  test('is given once when two want to at once', async () => {
    const { email, api } = await world.signUp()
    const wanted = [`${NEW} a`, `${NEW} b`]
    const tries = await Promise.allSettled(
      wanted.map((password) => api.call('changePassword', change(PASSWORD, password))),
    )
    const given = wanted.filter((_, index) => tries[index]?.status === 'fulfilled')
    expect(given).toHaveLength(1)
    await other.api.call('signIn', { body: { email, password: given[0] ?? '' } })
  })

  test('needs the old one, which is guessed no more often than at the sign-in', async () => {
    const shopper = await world.signUp()
    const codes = []
    for (let turn = 0; turn < 4; turn += 1) {
      codes.push((await shopper.api.fail('changePassword', change('wrong one', NEW))).code)
    }
    expect(codes).toEqual([
      'invalid_credentials',
      'invalid_credentials',
      'invalid_credentials',
      'rate_limited',
    ])
    expect(
      await world.api.fail('signIn', { body: { email: shopper.email, password: PASSWORD } }),
    ).toMatchObject({ code: 'rate_limited' })
    expect(await shopper.api.call('me')).toMatchObject({ id: shopper.id })
  })

  test('that is too short changes nothing; a guest has none to change', async () => {
    const shopper = await world.signUp()
    expect(await shopper.api.fail('changePassword', change(PASSWORD, 'short'))).toMatchObject({ status: 422 })
    await world.api.call('signIn', { body: { email: shopper.email, password: PASSWORD } })
    const guest = await world.guest()
    expect(await guest.api.fail('changePassword', change('x', NEW))).toMatchObject({ code: 'forbidden' })
  })

  test('two at once: one of them holds, and no session of before is left', async () => {
    const shopper = await world.signUp()
    const answers = await Promise.allSettled(
      [`${NEW} a`, `${NEW} b`].map((password) =>
        shopper.api.call('changePassword', change(PASSWORD, password)),
      ),
    )
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect(await shopper.api.fail('me')).toMatchObject({ code: 'token_revoked' })
  })
})

test('an admin ends every session of a user, and nobody else can', async () => {
  const shopper = await world.signUp()
  const admin = await world.admin()
  const params = { id: shopper.id }
  const cart = await shopper.connect('/cart')
  expect(await shopper.api.fail('signOutUser', { params, body: {} })).toMatchObject({ code: 'forbidden' })
  expect(await admin.api.fail('signOutUser', { params: { id: 'nobody' }, body: {} })).toMatchObject({
    status: 404,
  })
  await admin.api.call('signOutUser', { params, body: {} })
  await cart.ended
  expect(await shopper.api.fail('me')).toMatchObject({ code: 'token_revoked' })
  await expect(shopper.connect('/cart')).rejects.toBeInstanceOf(RefusedConnection)
  expect(await admin.api.call('me')).toMatchObject({ id: admin.id })
})

test('a hash that is made anew for a higher cost refuses nobody who signs in meanwhile', async () => {
  const dearer = await startWorld({ on: world, config: { BCRYPT_COST: '11' } })
  const { email } = await world.signUp()
  const signIns = [world, dearer, world, dearer, world].map((one) =>
    one.api.call('signIn', { body: { email, password: PASSWORD } }),
  )
  for (const { accessToken } of await Promise.all(signIns)) await createApi(other.url, accessToken).call('me')
  await dearer.close()
})

describe('passwords that are guessed first', () => {
  let strict: World
  beforeAll(async () => {
    strict = await startWorld({ config: { COMMON_PASSWORDS: 'refuse' } })
  })
  afterAll(() => strict.close())

  test.each([
    '12345678',
    'password1',
    'PASSWORD',
    'qwertyuiop',
    'Floorwalker2026!',
    'asha.rao.1990',
    'Asha-Rao-1!',
  ])('%s is refused, and no account is made', async (password) => {
    const body = { email: 'asha.rao@example.com', password, name: 'Asha Rao' }
    expect(await strict.api.fail('signUp', { body })).toMatchObject({
      status: 422,
      errors: [{ path: 'password' }],
    })
    expect(await strict.ctx.db.collection('users').countDocuments({ email: body.email })).toBe(0)
  })

  test('another is taken, whatever it is made of; a new one is held to the same', async () => {
    const body = { email: 'ravi@example.com', password: '🐘🐘🐘🐘🐘 is blue', name: 'Ravi' }
    const { accessToken } = await strict.api.call('signUp', { body })
    const api = createApi(strict.url, accessToken)
    expect(await api.fail('changePassword', change(body.password, 'iloveyou'))).toMatchObject({
      errors: [{ path: 'newPassword' }],
    })
    expect(await api.call('me')).toMatchObject({ email: body.email })
  })
})

test('guests that one address makes by the hundred do not let it in more often', async () => {
  const small = await startWorld({ config: { RATE_LIMIT_API: '6/1h' } })
  const guests = [await small.guest(), await small.guest()]
  const statuses = []
  for (let turn = 0; turn < 6; turn += 1) {
    const guest = guests[turn % 2]
    const body = { email: `nobody-${turn}@example.com`, password: 'wrong one' }
    statuses.push((await guest?.api.fail('signIn', { body }))?.status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 429, 429])
  await small.close()
})

describe('the log', () => {
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)

  test('tells who signed in and who failed, from where and when, and no address of a person', async () => {
    const shopper = await world.signUp()
    const { email } = shopper
    await world.api.fail('signIn', { body: { email, password: 'wrong one' } })
    await world.api.call('signIn', { body: { email, password: PASSWORD } })
    const told = logged().filter(({ userId }) => userId === shopper.id)
    const [failed] = told.filter(({ msg }) => msg === 'a sign-in failed')
    const [done] = told.filter(({ msg }) => msg === 'a user signed in')
    expect(failed).toMatchObject({ requestId: expect.any(String), time: expect.stringMatching(/Z$/) })
    expect(done).toMatchObject({ pair: failed?.pair })
    const request = logged().find(
      ({ requestId, msg }) => requestId === failed?.requestId && msg === 'request',
    )
    expect(request).toMatchObject({
      route: 'signIn',
      code: 'invalid_credentials',
      address: expect.any(String),
    })
    expect(lines.join('')).not.toContain(email)
  })

  test('tells of refused access at both doors, and of whom', async () => {
    const shopper = await world.signUp()
    await shopper.api.raw('/api/admin/handoffs', { headers: { 'X-Request-Id': 'a-look-behind' } })
    await world.connect('/cart', 'a.b.c').catch(() => undefined)
    await expect
      .poll(() => logged().find(({ requestId, msg }) => requestId === 'a-look-behind' && msg === 'request'))
      .toMatchObject({ code: 'forbidden', userId: shopper.id })
    expect(logged()).toContainEqual(
      expect.objectContaining({ msg: 'handshake', namespace: '/cart', outcome: 'unauthenticated' }),
    )
  })

  test('is one line of JSON for each event, whatever a client writes', async () => {
    await world.api.raw('/api/products/%0A%7B%22level%22%3A%22fatal%22%7D')
    await world.api.raw('/api/products/x%0d%0aevil', { headers: { 'X-Request-Id': 'evil {"a":1}' } })
    expect(logged().some(({ level }) => level === 'fatal')).toBe(false)
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1)
  })
})
