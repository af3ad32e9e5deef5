import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cart, CartCause } from '../../src/contract/index.ts'
import { createApi } from '../support/api.ts'
import { type CartDoor, type CartVerb, restDoor, socketDoor } from '../support/cart-doors.ts'
import { openChat } from '../support/chat.ts'
import type { Client } from '../support/client.ts'
import { ADDRESS, UPI } from '../support/purchase.ts'
import { answer, createScriptedBrain } from '../support/scripted-brain.ts'
import { shelve } from '../support/shelf.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const brain = createScriptedBrain()
let one: World
let two: World
let counter = 0
/** An error that no driver tries again after. */
const NOT_AUTHORIZED = 13

beforeAll(async () => {
  one = await startWorld({ brain })
  two = await startWorld({ on: one, brain })
})
afterAll(async () => {
  await two.close()
  await one.close()
})

async function product(quantity = 1_000): Promise<string> {
  counter += 1
  const [id = ''] = await shelve(one.ctx, [{ name: `Live Thing ${counter}`, variants: [{ quantity }] }])
  return id
}

/** A shopper with a device on each instance, and both doors of each. */
interface Household {
  readonly shopper: Shopper
  readonly devices: readonly Client<'/cart'>[]
  readonly doors: readonly CartDoor[]
}

async function household(): Promise<Household> {
  const shopper = await one.guest()
  const [here, there] = await Promise.all([shopper.connect('/cart'), two.connect('/cart', shopper.token)])
  const rest = [restDoor(shopper), restDoor({ api: createApi(two.url, shopper.token) })]
  return { shopper, devices: [here, there], doors: [...rest, socketDoor(here), socketDoor(there)] }
}

/** Waits until each device has been told of that version, and returns what all of them were told, by version. */
async function toldUpTo(devices: readonly Client<'/cart'>[], version: number) {
  const told = await Promise.all(
    devices.map(async (device) => {
      await Promise.all(
        Array.from({ length: version }, (_, index) =>
          device.waitFor('cart:changed', ({ cart }) => cart.version === index + 1),
        ),
      )
      return device.received('cart:changed').toSorted((a, b) => a.cart.version - b.cart.version)
    }),
  )
  const [first = [], ...others] = told
  expect(first.map(({ cart }) => cart.version)).toEqual(Array.from({ length: version }, (_, i) => i + 1))
  for (const other of others) expect(other).toEqual(first)
  return first
}

describe('every device on every instance', () => {
  it('is told of each version once, with its cause, whoever made it', async () => {
    const { shopper, devices, doors } = await household()
    const [rest, restThere, socket, socketThere] = doors
    const productId = await product()
    const causes: CartCause[] = []
    const acknowledged: Array<Cart | undefined> = []
    const act = async (cause: CartCause, door: CartDoor | undefined, verb: CartVerb, input: object) => {
      acknowledged.push(await door?.act(verb, { ...input }))
      causes.push(cause)
    }
    await act('rest', rest, 'add', { productId })
    const itemId = acknowledged[0]?.items[0]?.id
    await act('rest', restThere, 'update', { itemId, quantity: 5 })
    await act('socket', socket, 'add', { productId, quantity: 2 })
    await act('socket', socketThere, 'update', { itemId, quantity: 3 })

    brain.on('two more', function* (turn) {
      if (turn.results.length === 0) {
        yield { type: 'tool', callId: 'add', name: 'add_to_cart', args: { productId, quantity: 2 } }
      } else yield answer(turn, 'Done.')
    })
    await (await openChat(await shopper.connect('/chat'))).ask('two more')
    causes.push('agent')
    acknowledged.push(await rest?.act('get'))

    await restThere?.refused('add', { productId: 'nothing' })
    await rest?.act('update', { itemId, quantity: 5 })
    const placed = { payment: UPI, shippingAddress: ADDRESS }
    const order = await shopper.api.call('placeOrder', { body: placed })
    expect(order.items).toMatchObject([{ quantity: 5 }])
    causes.push('checkout')
    acknowledged.push(await rest?.act('get'))

    const told = await toldUpTo(devices, causes.length)
    expect(told.map(({ cause }) => cause)).toEqual(causes)
    expect(told.map(({ cart }) => cart)).toEqual(acknowledged)
    expect(told.at(-1)?.cart.items).toEqual([])
  })

  it("is told nothing of anybody else's", async () => {
    const [ours, theirs] = [await household(), await household()]
    await ours.doors[1]?.act('add', { productId: await product() })
    await toldUpTo(ours.devices, 1)
    await theirs.doors[0]?.act('add', { productId: await product() })
    await toldUpTo(theirs.devices, 1)
    for (const { shopper, devices } of [ours, theirs]) {
      for (const device of devices) {
        expect(device.received('cart:changed').map(({ cart }) => cart.id)).toEqual([shopper.id])
      }
    }
  })
})

describe('a broadcast that was lost', () => {
  /** As when the database goes away between a commit and the news of it. */
  async function loseBroadcasts() {
    const admin = one.ctx.client.db('admin')
    await admin.command({
      configureFailPoint: 'failCommand',
      mode: 'alwaysOn',
      data: {
        failCommands: ['insert'],
        namespace: `${one.ctx.db.databaseName}.socket_packets`,
        errorCode: NOT_AUTHORIZED,
      },
    })
    return () => admin.command({ configureFailPoint: 'failCommand', mode: 'off' })
  }

  it('is made good on each instance: the devices hear of the cart and of the checkout, once', async () => {
    const { shopper, devices, doors } = await household()
    const [rest, , , socketThere] = doors
    await rest?.act('add', { productId: await product() })
    await toldUpTo(devices, 1)
    const restore = await loseBroadcasts()
    const cart = await socketThere?.act('add', { productId: await product() })
    const { id: checkoutId } = await shopper.api.call('startCheckout')
    await restore()
    await toldUpTo(devices, 2)
    for (const device of devices) {
      await device.waitFor('checkout:state', (told) => told.checkoutId === checkoutId)
      expect(device.received('checkout:state')).toEqual([{ checkoutId, state: 'open' }])
      expect(device.received('cart:changed').map((told) => [told.cart.version, told.cause])).toEqual([
        [1, 'rest'],
        [2, 'socket'],
      ])
      expect(device.received('cart:changed').at(-1)?.cart).toEqual(cart)
    }
  })
})

describe('several writers at once', () => {
  it('lose nothing, at all doors of both instances', async () => {
    const { devices, doors } = await household()
    const products = await Promise.all([product(), product()])
    const rounds = 10
    const writes = Array.from({ length: rounds }, () => doors)
      .flat()
      .map((door, index) => door.act('add', { productId: products[index % 2] }))
    const carts = await Promise.all(writes)
    const last = await doors[0]?.act('get')
    expect(last?.version).toBe(writes.length)
    expect(new Map(last?.items.map(({ productId, quantity }) => [productId, quantity]))).toEqual(
      new Map(products.map((id) => [id, writes.length / 2])),
    )
    expect(carts.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(
      writes.map((_, index) => index + 1),
    )
    await toldUpTo(devices, writes.length)
  })

  it('of the very first version make one cart', async () => {
    const { devices, doors } = await household()
    const productId = await product()
    await Promise.all(doors.map((door) => door.act('add', { productId })))
    const cart = await doors[0]?.act('get')
    expect(cart).toMatchObject({ version: 4, items: [{ quantity: 4 }] })
    await toldUpTo(devices, 4)
  })

  it('of one line leave it as one of them wanted it', async () => {
    const { doors } = await household()
    const [rest, restThere, socket, socketThere] = doors
    const first = await rest?.act('add', { productId: await product() })
    const itemId = first?.items[0]?.id
    const outcomes = await Promise.allSettled([
      socket?.act('update', { itemId, quantity: 7 }),
      socketThere?.act('update', { itemId, quantity: 8 }),
      restThere?.act('remove', { itemId }),
    ])
    const removed = outcomes[2]
    expect(removed.status).toBe('fulfilled')
    const cart = await rest?.act('get')
    expect(cart?.items).toEqual([])
    expect(cart?.version).toBe(1 + outcomes.filter(({ status }) => status === 'fulfilled').length)
  })

  it('do not take more than there is', async () => {
    const { doors } = await household()
    const productId = await product(10)
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, () => doors)
        .flat()
        .map((door) => door.act('add', { productId })),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    for (const attempt of tries) {
      if (attempt.status === 'rejected') expect(String(attempt.reason)).toContain('insufficient_stock')
    }
    expect(await doors[0]?.act('get')).toMatchObject({ version: 10, items: [{ quantity: 10 }] })
  })
})
