import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD, startWorld, type World } from '../support/world.ts'

let now = Date.now()
const clock = { now: () => new Date(now) }
let world: World

beforeAll(async () => {
  world = await startWorld({ clock, config: { RATE_LIMIT_SIGNIN: '3/1h' } })
})
afterAll(() => world.close())

describe('signing up', () => {
  test('a new shopper is known by the token', async () => {
    const shopper = await world.signUp()
    const me = await shopper.api.call('me')
    expect(me).toMatchObject({ id: shopper.id, email: shopper.email, role: 'customer', tier: 'bronze' })
  })

  test('an address is taken once, whatever its case', async () => {
    const { email } = await world.signUp()
    const body = { email: email.toUpperCase(), password: PASSWORD, name: 'Other' }
    expect(await world.api.fail('signUp', { body })).toMatchObject({ status: 409, code: 'email_taken' })
  })

  test('two at the same moment with one address: one account', async () => {
    const body = { email: 'twins@example.com', password: PASSWORD, name: 'Twin' }
    const answers = await Promise.allSettled([
      world.api.call('signUp', { body }),
      world.api.call('signUp', { body }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test.each([
    ['7 bytes', '1234567', false],
    ['8 bytes', '12345678', true],
    ['72 bytes', 'é'.repeat(36), true],
    ['73 bytes', `${'é'.repeat(36)}x`, false],
  ])('a password of %s', async (name, password, accepted) => {
    const body = { email: `p${name.replace(' ', '')}@example.com`, password, name: 'P' }
    if (accepted) await world.api.call('signUp', { body })
    else expect(await world.api.fail('signUp', { body })).toMatchObject({ code: 'validation_failed' })
  })

  test('no password and no token is kept as it is', async () => {
    const shopper = await world.signUp()
    const kept = JSON.stringify([
      await world.ctx.db.collection('users').find().toArray(),
      await world.ctx.db.collection('refresh_tokens').find().toArray(),
    ])
    expect(kept).not.toContain(PASSWORD)
    expect(kept).not.toContain(shopper.refreshToken)
  })
})

describe('signing in', () => {
  test('the address is compared in lower case', async () => {
    const shopper = await world.signUp()
    const answer = await world.api.call('signIn', {
      body: { email: ` ${shopper.email.toUpperCase()}`, password: PASSWORD },
    })
    expect(answer.user.id).toBe(shopper.id)
    expect(answer.expiresIn).toBe(3600)
  })

  test('a wrong password and an unknown address get the same answer', async () => {
    const { email } = await world.signUp()
    const wrong = await world.api.fail('signIn', { body: { email, password: 'not the password' } })
    const unknown = await world.api.fail('signIn', {
      body: { email: 'nobody@example.com', password: 'not the password' },
    })
    expect({ ...wrong, requestId: '' }).toEqual({ ...unknown, requestId: '' })
    expect(wrong.code).toBe('invalid_credentials')
  })

  test('after the allowed failures a right password is refused too, for that account alone', async () => {
    const { email } = await world.signUp()
    const other = await world.signUp()
    const failures = await Promise.all(
      Array.from({ length: 6 }, () => world.api.fail('signIn', { body: { email, password: 'wrong' } })),
    )
    expect(failures.filter(({ code }) => code === 'invalid_credentials')).toHaveLength(3)
    expect(failures.filter(({ code }) => code === 'rate_limited')).toHaveLength(3)
    const refused = await world.api.raw('/api/auth/signin', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000)
    expect(refused.headers.get('ratelimit-policy')).toBe('"signin";q=3;w=3600')
    expect(refused.headers.get('ratelimit')).toMatch(/^"signin";r=0;t=\d+$/)
    await world.api.call('signIn', { body: { email: other.email, password: PASSWORD } })
  })

  test('the failures count on all instances together', async () => {
    const second = await startWorld({ on: world, config: { RATE_LIMIT_SIGNIN: '3/1h' } })
    const { email } = await world.signUp()
    for (let failure = 0; failure < 3; failure += 1) {
      await world.api.fail('signIn', { body: { email, password: 'wrong' } })
    }
    const there = await second.api.fail('signIn', { body: { email, password: PASSWORD } })
    await second.close()
    expect(there.code).toBe('rate_limited')
  })

  test('many right sign-ins at once are no failures, and others are served meanwhile', async () => {
    const shopper = await world.signUp()
    const body = { email: shopper.email, password: PASSWORD }
    const served: string[] = []
    const storm = Promise.all(Array.from({ length: 12 }, () => world.api.call('signIn', { body }))).then(
      (answers) => {
        served.push('storm')
        return answers
      },
    )
    await shopper.api.call('me')
    served.push('me')
    expect(await storm).toHaveLength(12)
    expect(served).toEqual(['me', 'storm'])
  })
})

describe('refreshing', () => {
  const refresh = (refreshToken: string) => world.api.call('refresh', { body: { refreshToken } })

  test('a refresh token is spent for a new pair', async () => {
    const shopper = await world.signUp()
    const next = await refresh(shopper.refreshToken)
    expect(next.refreshToken).not.toBe(shopper.refreshToken)
    expect(next.accessToken).not.toBe(shopper.token)
    expect((await refresh(next.refreshToken)).user.id).toBe(shopper.id)
  })

  test('a second tab gets the same successor within 10 s', async () => {
    const shopper = await world.signUp()
    const [first, second] = await Promise.all([refresh(shopper.refreshToken), refresh(shopper.refreshToken)])
    now += 9_000
    const third = await refresh(shopper.refreshToken)
    expect(new Set([first.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(1)
  })

  test('used again later it takes the whole family down, open sockets included', async () => {
    const shopper = await world.signUp()
    const cart = await shopper.connect('/cart')
    const next = await refresh(shopper.refreshToken)
    now += 11_000
    const reused = await world.api.fail('refresh', { body: { refreshToken: shopper.refreshToken } })
    expect(reused).toMatchObject({ status: 401, code: 'refresh_reused' })
    expect((await world.api.fail('refresh', { body: { refreshToken: next.refreshToken } })).status).toBe(401)
    expect((await shopper.api.fail('me')).code).toBe('token_revoked')
    expect(await cart.waitFor('auth:expired')).toEqual({ code: 'token_revoked' })
    await cart.ended
  })

  test('an unknown or expired token is unauthenticated', async () => {
    expect(await world.api.fail('refresh', { body: { refreshToken: 'nonsense' } })).toMatchObject({
      code: 'unauthenticated',
    })
    const shopper = await world.signUp()
    now += 8 * 24 * 60 * 60 * 1000
    expect(await world.api.fail('refresh', { body: { refreshToken: shopper.refreshToken } })).toMatchObject({
      code: 'unauthenticated',
    })
    expect((await shopper.api.fail('me')).code).toBe('token_expired')
  })
})

describe('signing out', () => {
  test('the tokens of the family are refused at once on every instance, and its sockets end', async () => {
    const second = await startWorld({ on: world, clock })
    const shopper = await world.signUp()
    const elsewhere = await second.connect('/cart', shopper.token)
    await shopper.api.call('logOut')
    expect((await shopper.api.fail('me')).code).toBe('token_revoked')
    const there = await second.api.raw('/api/auth/me', {
      headers: { Authorization: `Bearer ${shopper.token}` },
    })
    expect(there.status).toBe(401)
    expect(await elsewhere.waitFor('auth:expired')).toEqual({ code: 'token_revoked' })
    expect(await elsewhere.ended).toBe('io server disconnect')
    expect((await world.api.fail('refresh', { body: { refreshToken: shopper.refreshToken } })).status).toBe(
      401,
    )
    await second.close()
  })

  test('another sign-in of the same user stays', async () => {
    const shopper = await world.signUp()
    const other = await world.api.call('signIn', { body: { email: shopper.email, password: PASSWORD } })
    await shopper.api.call('logOut', { body: { refreshToken: shopper.refreshToken } })
    await world.api.call('refresh', { body: { refreshToken: other.refreshToken } })
  })
})

test('a guest is a shopper without an account', async () => {
  const guest = await world.guest()
  expect(await guest.api.call('me')).toMatchObject({ id: guest.id, email: null, role: 'guest' })
})

test.each([
  '',
  'nonsense',
  'a.b.c',
  'x'.repeat(5000),
])('a token such as %# is unauthenticated', async (token) => {
  const response = await world.api.raw('/api/auth/me', { headers: { Authorization: `Bearer ${token}` } })
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
})
