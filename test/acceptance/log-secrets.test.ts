import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogger } from '../../src/platform/logger.ts'
import { openChat } from '../support/chat.ts'
import { ADDRESS, newProduct, UPI } from '../support/purchase.ts'
import { startWorld, type World } from '../support/world.ts'

const SAYINGS = [
  'a very private remark about my grandmother',
  'pay by card 4242 4242 4242 4242, expiry 12/40, cvc 7391',
  'ship to Asha Rao, 1 Hill Road, Mumbai, Maharashtra 400050, India',
]

let world: World
const lines: string[] = []
beforeAll(async () => {
  const probe = await startWorld()
  const log = await createLogger(
    { ...probe.ctx.config, logLevel: 'trace' },
    { write: (line: string) => void lines.push(line) },
  )
  await probe.close()
  world = await startWorld({ log })
})
afterAll(() => world.close())

test('the most talkative log of a whole visit holds no secret and nothing that was said', async () => {
  const shopper = await world.signUp()
  const wrong = { email: shopper.email, password: 'a wrong password' }
  await world.api.fail('signIn', { body: wrong })
  const fresh = await world.api.call('refresh', { body: { refreshToken: shopper.refreshToken } })
  const client = await shopper.connect('/chat')
  const chat = await openChat(client)
  for (const text of SAYINGS) await chat.ask(text)
  await client.emit('message:send', {
    sessionId: chat.sessionId,
    clientMessageId: 'x',
    text: '',
    rubbish: SAYINGS[0],
  })
  const productId = await newProduct(world)
  await shopper.api.call('addCartItem', { body: { productId } })
  await shopper.api.call('placeOrder', { body: { payment: UPI, shippingAddress: ADDRESS } })
  await shopper.api.call('logOut', { body: { refreshToken: fresh.refreshToken } })
  const log = lines.join('')
  expect(log).toContain('"route":"placeOrder"')
  expect(log).toContain('"event":"message:send"')
  const secrets = [
    shopper.password,
    wrong.password,
    shopper.token,
    shopper.refreshToken,
    fresh.accessToken,
    fresh.refreshToken,
    'success@upi',
    ...SAYINGS,
    'grandmother',
    'Hill Road',
  ]
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([])
  // by themselves: ids and times have all digits in them
  expect(log).not.toMatch(/(?<![\w.])(?:4242|7391)(?!\w)/)
  expect(log).not.toMatch(/4242[ -]?4242/)
})
