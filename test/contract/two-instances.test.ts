import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkRun, openChat } from '../support/chat.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

let one: ContractWorld
let two: ContractWorld
let shopper: Shopper
let lamp: string

beforeAll(async () => {
  one = await startContractWorld()
  two = await startContractWorld({ on: one })
  const [id] = await shelve(one.ctx, [{ name: 'Lamp', variants: [{ quantity: 100 }] }])
  lamp = id ?? ''
})
afterAll(async () => {
  await two.close()
  await one.close()
})
beforeEach(async () => {
  shopper = await one.signUp()
})

describe('what changes on one instance shows on the other', () => {
  it('the cart, the checkout and the stock', async () => {
    const [cart, watcher] = await Promise.all([
      two.connect('/cart', shopper.token),
      two.connect('/inventory'),
    ])
    await watcher.send('inventory:subscribe', { productIds: [lamp] })
    const added = await shopper.api.call('addCartItem', { body: { productId: lamp } })
    const changed = await cart.waitFor('cart:changed')
    expect(changed).toEqual({ cart: added, cause: 'rest' })
    const checkout = await shopper.api.call('startCheckout')
    expect(await cart.waitFor('checkout:state')).toMatchObject({ checkoutId: checkout.id, state: 'open' })
    expect((await watcher.waitFor('inventory:updated')).productId).toBe(lamp)
    expect(await cart.send('checkout:cancel', { checkoutId: checkout.id })).toMatchObject({
      state: 'cancelled',
    })
  })

  it('the conversation, whose messages keep one count', async () => {
    const here = await openChat(await one.connect('/chat', shopper.token))
    const there = await openChat(await two.connect('/chat', shopper.token), here.sessionId)
    const texts = ['hello', 'show me lamps', 'thanks', 'bye']
    const sent = await Promise.all(texts.map((text, index) => (index % 2 === 0 ? here : there).say(text)))
    for (const { runId } of sent) {
      const [near, far] = [await here.run(runId ?? ''), await there.run(runId ?? '')]
      expect(far).toEqual(near)
      checkRun(here.sessionId, far)
    }
    const { messages } = await there.client.send('history:list', { sessionId: here.sessionId })
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1))
    const again = {
      sessionId: here.sessionId,
      clientMessageId: sent[0]?.clientMessageId ?? '',
      text: 'hello',
    }
    expect(await there.client.send('message:send', again)).toMatchObject({ duplicate: true })
  })
})

describe('a token that is revoked on one instance', () => {
  it('is refused at once on the other, and its sockets end there', async () => {
    const sockets = await Promise.all([
      two.connect('/chat', shopper.token),
      two.connect('/cart', shopper.token),
      two.connect('/inventory', shopper.token),
    ])
    const farewells = sockets.map(({ socket }) => new Promise((say) => socket.once('auth:expired', say)))
    const bystander = await two.connect('/cart', (await two.signUp()).token)
    await one.rest.empty('POST', '/api/auth/logout', { token: shopper.token })
    await two.rest.problem(401, 'token_revoked', 'GET', '/api/auth/me', { token: shopper.token })
    await expect(two.connect('/chat', shopper.token)).rejects.toMatchObject({
      problem: { code: 'token_revoked' },
    })
    expect(await Promise.all(farewells)).toEqual(sockets.map(() => ({ code: 'token_revoked' })))
    for (const { ended } of sockets) expect(await ended).toBe('io server disconnect')
    expect(await bystander.send('cart:get', {})).toMatchObject({ items: [] })
  })
})

describe('a key that was used on one instance', () => {
  it('gives the same answer on the other', async () => {
    await shopper.api.call('addCartItem', { body: { productId: lamp } })
    const options = { headers: { 'Idempotency-Key': 'key' } }
    const first = await shopper.api.call('startCheckout', options)
    const client = await two.connect('/cart', shopper.token)
    expect(await client.send('checkout:start', { idempotencyKey: 'key' })).toEqual(first)
  })
})
