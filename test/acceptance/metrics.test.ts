import { afterAll, beforeAll, expect, test } from 'vitest'
import { openChat } from '../support/chat.ts'
import { buy, fillCart, newProduct } from '../support/purchase.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

/** One line of the exposition: `name{label="value"} figure`. */
interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

async function scrape(): Promise<Sample[]> {
  const text = await (await world.api.raw('/metrics')).text()
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', of = '']) => [key, of])
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })
}

/** The sum of the samples of that name whose labels fit. */
async function figure(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const wanted = Object.entries(labels)
  return (await scrape())
    .filter((sample) => sample.name === name && wanted.every(([key, of]) => sample.labels[key] === of))
    .reduce((sum, { value }) => sum + value, 0)
}

test('a purchase by REST is seen by route and status, and the checkout by its states', async () => {
  const { shopper } = await fillCart(world)
  const before = await figure('floorwalker_checkouts_total', { state: 'completed' })
  await buy(shopper)
  const orders = { route: 'placeOrder', status: '201' }
  expect(await figure('floorwalker_http_request_seconds_count', orders)).toBe(1)
  expect(await figure('floorwalker_http_request_seconds_sum', orders)).toBeGreaterThan(0)
  expect(await figure('floorwalker_checkouts_total', { state: 'completed' })).toBe(before + 1)
  await world.api.fail('me')
  expect(await figure('floorwalker_http_request_seconds_count', { route: 'me', status: '401' })).toBe(1)
})

test('a purchase by chat is seen by event, by run, by actor and by open checkout', async () => {
  const shopper = await world.signUp()
  const productId = await newProduct(world)
  const { name } = await shopper.api.call('getProduct', { params: { id: productId } })
  const chat = await openChat(await shopper.connect('/chat'))
  expect(await figure('floorwalker_sockets', { namespace: '/chat' })).toBe(1)
  await chat.ask(`add 2 ${name} to my cart`)
  await chat.ask('checkout')
  expect(
    await figure('floorwalker_socket_event_seconds_count', {
      namespace: '/chat',
      event: 'message:send',
      outcome: 'ok',
    }),
  ).toBe(2)
  await chat.client.fail('message:send', { sessionId: 'nobody', clientMessageId: 'm', text: 'hello' })
  expect(
    await figure('floorwalker_socket_event_seconds_count', { event: 'message:send', outcome: 'not_found' }),
  ).toBe(1)
  expect(await figure('floorwalker_run_seconds_count')).toBe(2)
  expect(await figure('floorwalker_run_first_word_seconds_count')).toBeGreaterThanOrEqual(1)
  expect(await figure('floorwalker_actors')).toBe(1)
  await expect.poll(() => figure('floorwalker_checkouts_active'), { timeout: 5_000 }).toBe(1)
})

test('every figure is the shop’s own, and none is labelled by who', async () => {
  const shopper = await world.signUp()
  await shopper.api.call('me')
  const samples = await scrape()
  expect(samples.filter(({ name }) => !name.startsWith('floorwalker_'))).toEqual([])
  expect(samples.map(({ name }) => name)).toContain('floorwalker_nodejs_eventloop_lag_seconds')
  const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)))
  for (const who of ['user', 'userId', 'email', 'sessionId', 'address']) expect(labels).not.toContain(who)
  const values = samples.flatMap((sample) => Object.values(sample.labels))
  expect(values.filter((value) => value.includes(shopper.id) || value.includes(shopper.email))).toEqual([])
})

test('a path that nobody made up a route for adds no label of its own', async () => {
  await world.api.raw('/api/nothing/4711')
  const values = (await scrape()).flatMap((sample) => Object.values(sample.labels))
  expect(values.filter((value) => value.includes('4711'))).toEqual([])
})

test('rounds of background jobs are seen with their time', async () => {
  const busy = await startWorld({ jobs: true, config: { LOW_STOCK_INTERVAL: '1s' } })
  const ticks = busy.ctx.db.collection('job_ticks').watch([{ $match: { 'documentKey._id': 'low-stock' } }])
  // the second round begins when the first has told how it went
  await ticks.next()
  await ticks.next()
  const text = await (await busy.api.raw('/metrics')).text()
  await ticks.close()
  await busy.close()
  expect(text).toMatch(/floorwalker_job_run_seconds_count\{job="low-stock",outcome="done"\} [1-9]/)
})
