import type { Document } from 'mongodb'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configureCheckout } from '../../src/features/checkout/index.ts'
import { openChat } from '../support/chat.ts'
import { problemOf } from '../support/checkout-doors.ts'
import { ADDRESS, fillCart } from '../support/purchase.ts'
import { startWorld, type World } from '../support/world.ts'

/** Numbers and codes that nothing else in the shop happens to be. */
const NUMBERS = ['4242424242424242', '4000000000000002', '4000000000000259', '5555555555554444']
const CVC = '7391'

let world: World
const lines: string[] = []

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  world = await startWorld({ log })
  configureCheckout(world.ctx, { authorizeMs: 500 })
})
afterAll(() => world.close())

/** Every value in a document, whatever it is nested in, as text. */
function texts(value: unknown): string[] {
  if (value instanceof Date) return [value.toISOString()]
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.values(value).flatMap(texts)
}

function leaks(values: readonly string[]): string[] {
  const digits = (text: string) => text.replace(/[ -]/g, '')
  return values.filter(
    (text) =>
      text === CVC || text.includes(`"${CVC}"`) || NUMBERS.some((number) => digits(text).includes(number)),
  )
}

it('no number or security code of a card is stored or logged, however it was sent', async () => {
  const cardOf = (number: string) => ({
    method: 'card' as const,
    number,
    expMonth: 12,
    expYear: 2040,
    cvc: CVC,
  })
  const { shopper } = await fillCart(world)
  const answers: unknown[] = []
  for (const [index, number] of NUMBERS.entries()) {
    const body = { payment: cardOf(number), shippingAddress: ADDRESS }
    const headers = { 'Idempotency-Key': `card-${index}` }
    answers.push(await shopper.api.call('placeOrder', { body, headers }).catch((error: unknown) => error))
    answers.push(await problemOf(shopper.api.call('placeOrder', { body: { ...body, checkoutId: 'x' } })))
    await fillCart(world, { shopper })
    const { number: saved, ...details } = { ...cardOf(number), holder: 'Asha Rao' }
    const { method: _method, ...rest } = details
    const spaced = saved.replace(/(.{4})/g, '$1 ').trim()
    answers.push(
      await shopper.api.call('addPaymentMethod', { body: { ...rest, type: 'card', number: spaced } }),
    )
  }
  const wrong = { payment: cardOf('4242424242424243'), shippingAddress: ADDRESS }
  answers.push(await problemOf(shopper.api.call('placeOrder', { body: wrong })))
  const misplaced = { payment: { method: 'upi', vpa: NUMBERS[0] }, shippingAddress: ADDRESS, cvc: CVC }
  const refused = await shopper.api.raw('/api/orders', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(misplaced),
  })
  expect(refused.status).toBe(422)
  answers.push(await refused.json())

  const device = await shopper.connect('/cart')
  const { id: checkoutId } = await device.send('checkout:start', { idempotencyKey: 'start' })
  const payment = { checkoutId, payment: cardOf(NUMBERS[0] ?? ''), shippingAddress: ADDRESS }
  answers.push(await device.send('checkout:pay', { ...payment, idempotencyKey: 'pay' }))
  const chat = await openChat(await shopper.connect('/chat'))
  answers.push(await chat.ask(`pay with card ${NUMBERS[3]} 12/40 cvc ${CVC}`))
  answers.push(device.received('checkout:state'), await shopper.api.call('listPaymentMethods'))

  const stored: Record<string, Document[]> = {}
  for (const { name } of await world.ctx.db.listCollections().toArray()) {
    stored[name] = await world.ctx.db.collection(name).find().toArray()
  }
  expect(stored.orders?.length).toBeGreaterThan(1)
  expect(stored.payment_methods).toHaveLength(NUMBERS.length)
  expect(leaks(texts(stored))).toEqual([])
  expect(leaks(texts(answers))).toEqual([])
  expect(lines.length).toBeGreaterThan(10)
  expect(leaks([...lines, ...lines.flatMap((line) => texts(JSON.parse(line)))])).toEqual([])
})
