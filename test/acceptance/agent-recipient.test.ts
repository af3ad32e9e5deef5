import { afterAll, beforeAll, expect, it } from 'vitest'
import { openChat } from '../support/chat.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
  await shelve(world.ctx, [{ name: 'Sun Hat' }])
})
afterAll(() => world.close())

/** A guest, whose name nobody knows, has said how she pays and where she lives. */
async function guestWithAddress() {
  const shopper = await world.guest()
  const chat = await openChat(await shopper.connect('/chat'))
  await chat.ask('add a sun hat')
  await chat.ask('check out and pay by upi success@upi')
  const { answer } = await chat.ask('12 MG Road, Bengaluru, Karnataka 560001')
  expect(answer?.text).toContain('whose name')
  return { shopper, chat }
}

it('a guest who gives an address without a name is asked for it, and the order goes there', async () => {
  const { shopper, chat } = await guestWithAddress()
  await chat.ask("it's Meera Nair")
  const { answer } = await chat.ask('yes')
  expect(answer?.order?.shippingAddress).toMatchObject({
    name: 'Meera Nair',
    line1: '12 MG Road',
    city: 'Bengaluru',
    postalCode: '560001',
  })
  expect((await shopper.api.call('listOrders', {})).items).toHaveLength(1)
})

it('a question in between is no name, and the address is not forgotten', async () => {
  const { shopper, chat } = await guestWithAddress()
  expect((await chat.ask('what is my total')).answer?.text).toContain('Total')
  expect((await chat.ask('pay')).answer?.text).toContain('whose name')
  await chat.ask('Ravi Iyer')
  await chat.ask('yes')
  expect((await shopper.api.call('listOrders', {})).items).toMatchObject([
    { shippingAddress: { name: 'Ravi Iyer', line1: '12 MG Road' } },
  ])
})
