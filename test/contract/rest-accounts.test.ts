import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  Address,
  AddressList,
  Authentication,
  PaymentMethod,
  PaymentMethodList,
  Profile,
  User,
} from '../../src/contract/index.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { PASSWORD } from '../support/world.ts'

let world: ContractWorld
beforeAll(async () => {
  world = await startContractWorld()
})
afterAll(() => world.close())

const JSON_TYPE = { 'Content-Type': 'application/json' }
const fresh = () => `Someone-${randomBytes(5).toString('hex')}@Example.com`
const person = (facts: object = {}) => ({ email: fresh(), password: PASSWORD, name: 'Asha Rao', ...facts })
const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 Marine Drive',
  city: 'Mumbai',
  state: 'MH',
  postalCode: '400001',
  country: 'IN',
}

describe('signing up and in', () => {
  it('answers the user and a pair of tokens, and takes the address in any case', async () => {
    const body = person()
    const answer = await world.rest.ok(Authentication, 201, 'POST', '/api/auth/signup', { body })
    expect(answer).toMatchObject({ tokenType: 'Bearer', expiresIn: 3600, user: { tier: 'bronze' } })
    const claims = JSON.parse(Buffer.from(answer.accessToken.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ sub: answer.user.id, jti: expect.any(String), exp: expect.any(Number) })
    const again = { email: body.email.toUpperCase(), password: PASSWORD }
    const second = await world.rest.ok(Authentication, 200, 'POST', '/api/auth/signin', { body: again })
    expect(second.user).toEqual(answer.user)
    await world.rest.problem(409, 'email_taken', 'POST', '/api/auth/signup', {
      body: { ...body, email: body.email.toLowerCase() },
    })
    const token = answer.accessToken
    expect(await world.rest.ok(User, 200, 'GET', '/api/auth/me', { token })).toEqual(answer.user)
  })

  it.each([
    ['7 bytes', '1234567', false],
    ['8 bytes', '12345678', true],
    ['72 bytes', 'é'.repeat(36), true],
    ['74 bytes of 37 characters', 'é'.repeat(37), false],
  ])('a password of %s', async (_name, password, allowed) => {
    const body = person({ password })
    if (allowed) await world.rest.ok(Authentication, 201, 'POST', '/api/auth/signup', { body })
    else await world.rest.problem(422, 'validation_failed', 'POST', '/api/auth/signup', { body })
  })

  it.each<[string, object]>([
    ['no e-mail address', { email: undefined }],
    ['what is no e-mail address', { email: 'asha' }],
    ['null for what is required', { name: null }],
    ['a name of blanks', { name: '   ' }],
    ['a field that is not known', { role: 'admin' }],
  ])('refuses %s, and names the field', async (_name, facts) => {
    const { problem } = await world.rest.problem(422, 'validation_failed', 'POST', '/api/auth/signup', {
      body: person(facts),
    })
    expect(problem.errors?.map(({ path }) => path)).toEqual(Object.keys(facts))
  })

  it.each(['null', '[]', '"text"', '5'])('refuses the body %s', async (raw) => {
    const options = { raw, headers: JSON_TYPE }
    await world.rest.problem(422, 'validation_failed', 'POST', '/api/auth/signup', options)
  })

  it('refuses what is no JSON, of another type, or too large', async () => {
    const post = { raw: '{"email":', headers: JSON_TYPE }
    await world.rest.problem(400, 'malformed_json', 'POST', '/api/auth/signup', post)
    const form = { raw: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }
    await world.rest.problem(415, 'unsupported_media_type', 'POST', '/api/auth/signup', form)
    const body = person({ name: 'x'.repeat(101 * 1024) })
    await world.rest.problem(413, 'payload_too_large', 'POST', '/api/auth/signup', { body })
  })

  it('tells a wrong password and an unknown address apart to nobody', async () => {
    const { email } = await world.signUp()
    const answers = await Promise.all(
      [email, fresh()].map((address) =>
        world.rest.problem(401, 'invalid_credentials', 'POST', '/api/auth/signin', {
          body: { email: address, password: 'not the password' },
        }),
      ),
    )
    const [known, unknown] = answers.map(({ problem }) => ({ ...problem, requestId: '' }))
    expect(known).toEqual(unknown)
  })
})

describe('tokens', () => {
  it.each([
    '',
    'Basic YTpi',
    'Bearer',
    'Bearer ',
    'Bearer a.b.c',
  ])('refuses Authorization: %s', async (value) => {
    await world.rest.problem(401, 'unauthenticated', 'GET', '/api/auth/me', {
      headers: { Authorization: value },
    })
  })

  it('refuses a token without a signature', async () => {
    const { token } = await world.signUp()
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    const unsigned = `${header}.${token.split('.')[1]}.`
    await world.rest.problem(401, 'unauthenticated', 'GET', '/api/auth/me', { token: unsigned })
  })

  it('gives two tabs that refresh at once the same successor', async () => {
    const { refreshToken } = await world.signUp()
    const refresh = () =>
      world.rest.ok(Authentication, 200, 'POST', '/api/auth/refresh', { body: { refreshToken } })
    const answers = await Promise.all([refresh(), refresh(), refresh()])
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1)
    expect(answers[0]?.refreshToken).not.toBe(refreshToken)
  })

  it('knows no refresh token that it has not made', async () => {
    const { token } = await world.signUp()
    for (const refreshToken of ['garbage', token]) {
      const body = { refreshToken }
      await world.rest.problem(401, 'unauthenticated', 'POST', '/api/auth/refresh', { body })
    }
    await world.rest.problem(422, 'validation_failed', 'POST', '/api/auth/refresh', { body: {} })
  })

  it('ends the family with logout, and leaves other sign-ins alone', async () => {
    const { email, token, refreshToken } = await world.signUp()
    const other = await world.rest.ok(Authentication, 200, 'POST', '/api/auth/signin', {
      body: { email, password: PASSWORD },
    })
    await world.rest.empty('POST', '/api/auth/logout', { token, body: { refreshToken } })
    await world.rest.problem(401, 'token_revoked', 'GET', '/api/auth/me', { token })
    await world.rest.problem(401, 'token_revoked', 'POST', '/api/auth/refresh', { body: { refreshToken } })
    await world.rest.ok(User, 200, 'GET', '/api/auth/me', { token: other.accessToken })
  })
})

describe('guests', () => {
  it('have a role and a cart of their own', async () => {
    const guest = await world.rest.ok(Authentication, 201, 'POST', '/api/auth/guest', { body: {} })
    expect(guest.user).toMatchObject({ role: 'guest', tier: 'bronze' })
    await world.rest.problem(422, 'validation_failed', 'POST', '/api/auth/guest', { body: { name: 'x' } })
  })
})

describe('what an account keeps', () => {
  it('its profile', async () => {
    const { token } = await world.signUp()
    const put = (body: object) => world.rest.ok(Profile, 200, 'PUT', '/api/users/profile', { token, body })
    await put({ phone: '+91 98765 43210' })
    const preferences = { newsletter: true, sizes: ['M', 'L'] }
    const changed = await put({ name: 'Asha R.', preferences })
    expect(changed).toMatchObject({
      name: 'Asha R.',
      phone: '+91 98765 43210',
      preferences,
    })
    expect(await put({})).toEqual(changed)
    const wrong = { token, body: { role: 'admin' } }
    await world.rest.problem(422, 'validation_failed', 'PUT', '/api/users/profile', wrong)
  })

  it('its addresses', async () => {
    const { token } = await world.signUp()
    const body = { ...ADDRESS, label: 'Home', line2: null }
    const made = await world.rest.ok(Address, 201, 'POST', '/api/users/addresses', { token, body })
    expect(made).toMatchObject({ ...ADDRESS, label: 'Home', isDefault: true })
    const list = () => world.rest.ok(AddressList, 200, 'GET', '/api/users/addresses', { token })
    expect((await list()).items).toEqual([made])
    const stranger = await world.signUp()
    const path = `/api/users/addresses/${made.id}`
    await world.rest.problem(404, 'not_found', 'DELETE', path, { token: stranger.token })
    await world.rest.empty('DELETE', path, { token })
    await world.rest.problem(404, 'not_found', 'DELETE', path, { token })
    expect((await list()).items).toEqual([])
  })

  it.each(Object.keys(ADDRESS))('no address without %s', async (field) => {
    const { token } = await world.guest()
    const body = { ...ADDRESS, [field]: undefined }
    const { problem } = await world.rest.problem(422, 'validation_failed', 'POST', '/api/users/addresses', {
      token,
      body,
    })
    expect(problem.errors?.map(({ path }) => path)).toEqual([field])
  })

  it.each(['India', 'ZZ', 'XX', 'I1', ''])('no address in the country "%s"', async (country) => {
    const { token } = await world.guest()
    const { problem } = await world.rest.problem(422, 'validation_failed', 'POST', '/api/users/addresses', {
      token,
      body: { ...ADDRESS, country },
    })
    expect(problem.errors?.map(({ path }) => path)).toEqual(['country'])
  })

  it('its ways to pay, but never a card number or a cvc', async () => {
    const { token } = await world.signUp()
    const card = {
      type: 'card',
      number: '4242 4242 4242 4242',
      expMonth: 12,
      expYear: 2040,
      cvc: '737',
      holder: 'A',
    }
    const post = (body: object) =>
      world.rest.ok(PaymentMethod, 201, 'POST', '/api/users/payment-methods', { token, body })
    const made = await post(card)
    expect(made).toMatchObject({ type: 'card', brand: 'visa', last4: '4242', expMonth: 12, expYear: 2040 })
    await post({ type: 'upi', vpa: 'asha@upi' })
    const list = await world.rest.ok(PaymentMethodList, 200, 'GET', '/api/users/payment-methods', { token })
    expect(list.items.map(({ type }) => type)).toEqual(['card', 'upi'])
    expect(JSON.stringify(list)).not.toMatch(/4242 ?4242|(?<![\w.])737(?!\w)/)
    const unknown = { token, body: { type: 'gift_card', code: 'NO-SUCH-CARD' } }
    await world.rest.problem(404, 'not_found', 'POST', '/api/users/payment-methods', unknown)
    for (const wrong of [
      { number: '4242424242424241' },
      { expMonth: 13 },
      { cvc: '12' },
      { holder: undefined },
    ]) {
      const body = { ...card, ...wrong }
      const { problem } = await world.rest.problem(
        422,
        'validation_failed',
        'POST',
        '/api/users/payment-methods',
        { token, body },
      )
      expect(problem.errors?.map(({ path }) => path)).toEqual(Object.keys(wrong))
    }
    await world.rest.empty('DELETE', `/api/users/payment-methods/${made.id}`, { token })
  })
})
