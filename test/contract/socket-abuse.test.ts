import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAMESPACES } from '../../src/contract/index.ts'
import type { Client } from '../support/client.ts'
import { startFlood } from '../support/fuzz/flooder.ts'
import { openRawSocket, type RawSocket } from '../support/fuzz/raw-socket.ts'
import { startWorld, type World } from '../support/world.ts'

const names = Object.keys(NAMESPACES)

let world: World
let calm: Client<'/inventory'>
const log: string[] = []

beforeAll(async () => {
  world = await startWorld({ log: pino({ level: 'warn' }, { write: (line: string) => void log.push(line) }) })
  calm = await world.connect('/inventory')
})
afterAll(() => world.close())

/** What the server holds for its connections. */
function held(): Record<string, number> {
  const perNamespace = names.map((name) => {
    const { sockets, adapter } = world.io.of(name)
    return [name, sockets.size + adapter.rooms.size + adapter.sids.size] as const
  })
  return { connections: world.io.engine.clientsCount, ...Object.fromEntries(perNamespace) }
}

const answered = () => calm.emit('inventory:unsubscribe', {})

async function connected(): Promise<RawSocket> {
  const socket = await openRawSocket(world.url)
  socket.send('40/inventory,')
  await socket.waitFor((frame) => frame.startsWith('40/inventory,'))
  return socket
}

/** Ends the connection unless the server has, and waits until it is forgotten. */
async function over(sockets: readonly RawSocket[], before: Record<string, number>): Promise<void> {
  for (const socket of sockets) socket.close()
  await Promise.all(sockets.map(({ closed }) => closed))
  await expect.poll(held, { timeout: 10_000, interval: 20 }).toEqual(before)
}

const DEEP = `${'['.repeat(40_000)}${']'.repeat(40_000)}`

const BEFORE_CONNECTING = [
  '',
  'x',
  '9',
  '0',
  '1',
  '2probe',
  '5',
  '6',
  '4',
  '4x',
  '4{}',
  '41',
  '42',
  '42[]',
  '42["cart:get",{}]',
  '42/cart,1["cart:get",{}]',
  '43',
  '431[]',
  '44{}',
  '40',
  '40/nowhere,',
  '40/nowhere?token=x,',
  '40/__proto__,',
  '40/cart,{"token":',
  '40/cart,[]',
  '40/cart,"x"',
  '40/cart,{"token":{"$gt":""}}',
  '40/cart,{"__proto__":{"token":"x"}}',
  '40/admin,{"username":"x","password":{}}',
  `40/${'x'.repeat(50_000)},`,
  `40/inventory,${DEEP}`,
  '451-["x",{"_placeholder":true,"num":0}]',
  '45999999999999999999-["x"]',
  '45-1-["x"]',
]

const ONCE_CONNECTED = [
  '40/inventory,',
  '41/inventory,',
  '42/inventory,',
  '42/inventory,[]',
  '42/inventory,{}',
  '42/inventory,"x"',
  '42/inventory,["inventory:unsubscribe"',
  '42/inventory,99999999999999999999["inventory:unsubscribe",{}]',
  '42/inventory,-1["inventory:unsubscribe",{}]',
  '42/inventory,1[{"a":1}]',
  '42/inventory,1[42]',
  '42/inventory,1[null]',
  '42/inventory,1[["inventory:unsubscribe"]]',
  '42/inventory,1["error",{"stack":"x"}]',
  '42/inventory,["error",{"stack":"x"}]',
  '42/inventory,["error"]',
  '42/inventory,["connect"]',
  '42/inventory,["connect_error"]',
  '42/inventory,["disconnect"]',
  '42/inventory,["disconnecting"]',
  '42/inventory,["newListener"]',
  '42/inventory,["removeListener"]',
  '42/inventory,1["__proto__",{}]',
  '42/inventory,1["inventory:subscribe",{"__proto__":{"productIds":[]}}]',
  '42/inventory,1["inventory:subscribe",{"constructor":{"prototype":{}}}]',
  `42/inventory,1["inventory:subscribe",${DEEP}]`,
  '43/inventory,1["never asked"]',
  '43/inventory,["no id"]',
  '44/inventory,{"message":"x"}',
  '451-/inventory,1["inventory:subscribe",{"_placeholder":true,"num":0}]',
  '451-/inventory,1["inventory:subscribe",{"_placeholder":true,"num":9}]',
  '451-/inventory,1["inventory:subscribe",{"_placeholder":true,"num":"__proto__"}]',
]

describe('frames that no client of ours sends', () => {
  test('before anything is joined', async () => {
    const before = held()
    const sockets = await Promise.all(
      BEFORE_CONNECTING.map(async (frame) => {
        const socket = await openRawSocket(world.url)
        socket.send(frame)
        socket.send(new Uint8Array([4, 0, 255]))
        return socket
      }),
    )
    expect(await answered()).toMatchObject({ ok: true })
    await over(sockets, before)
    expect(log).toEqual([])
  })

  test('in a namespace', async () => {
    const before = held()
    const sockets = await Promise.all(
      ONCE_CONNECTED.map(async (frame) => {
        const socket = await connected()
        socket.send(frame)
        socket.send(new Uint8Array([1, 2, 3]))
        socket.send(frame)
        return socket
      }),
    )
    expect(await answered()).toMatchObject({ ok: true })
    await over(sockets, before)
    expect(log).toEqual([])
  })

  test('an event of the name "error" is answered like any other that is not known', async () => {
    const { socket } = calm
    socket.emit('error', { stack: 'x' })
    expect(await calm.emit('error', { stack: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    })
    expect(log).toEqual([])
  })
})

test('long polling refuses what it does not know and goes on', async () => {
  const before = held()
  const sids: string[] = []
  const ask = (query: string, init: RequestInit = {}) => fetch(`${world.url}/socket.io/?${query}`, init)
  const handshake = async () => {
    const text = await (await ask('EIO=4&transport=polling')).text()
    const { sid } = JSON.parse(text.slice(1)) as { sid: string }
    sids.push(sid)
    return sid
  }
  const refused = await Promise.all([
    ask('EIO=4&transport=pigeon'),
    ask('EIO=4&transport=polling&sid=unknown'),
    ask('EIO=4&transport=polling&sid=__proto__'),
    ask('EIO=4&transport=polling', { method: 'POST', body: '40' }),
    ask('EIO=4&transport=polling', { method: 'PUT', body: '40' }),
    ask(''),
  ])
  for (const { status } of refused) expect(status).toBe(400)
  const post = (sid: string, body: string) =>
    ask(`EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body })
  for (const body of ['', 'x', '4', '40/cart,{', '9'.repeat(50_000), '\u001e\u001e\u001e']) {
    expect((await post(await handshake(), body)).status).toBeLessThan(500)
  }
  expect((await post(await handshake(), 'x'.repeat(200_000))).status).toBe(413)
  const sid = await handshake()
  const polls = await Promise.all([1, 2].map(() => ask(`EIO=4&transport=polling&sid=${sid}`)))
  expect(polls.some(({ status }) => status >= 400)).toBe(true)
  expect(await answered()).toMatchObject({ ok: true })
  for (const each of sids) await post(each, '1')
  await expect.poll(held, { timeout: 10_000, interval: 20 }).toEqual(before)
  expect(log).toEqual([])
})

test('hundreds of connections of one address, most of which say nothing, keep nobody waiting and leave nothing', async () => {
  const before = held()
  const silent = await Promise.all(Array.from({ length: 200 }, () => openRawSocket(world.url)))
  const joined = await Promise.all(Array.from({ length: 100 }, connected))
  expect(held().connections).toBe((before.connections ?? 0) + 300)
  expect(await answered()).toMatchObject({ ok: true })
  await over([...silent, ...joined], before)
})

test('thousands of events at once keep nobody else waiting for them', async () => {
  const small = await startWorld({ config: { RATE_LIMIT_EVENTS: '500/1h' } })
  const other = await (await small.guest()).connect('/cart')
  const started = performance.now()
  const flood = startFlood({ url: small.url, token: (await small.guest()).token, events: 6_000 })
  await flood.begun
  let flooding = true
  const all = flood.ended.then((given) => {
    flooding = false
    return { given, ms: performance.now() - started }
  })
  const waits: number[] = []
  while (flooding && waits.length < 400) {
    const asked = performance.now()
    expect(await other.emit('cart:get', {})).toMatchObject({ ok: true })
    waits.push(performance.now() - asked)
  }
  const { given, ms } = await all
  expect(given.filter((frame) => frame.includes('"ok":true')).length).toBeLessThanOrEqual(500)
  expect(given.filter((frame) => frame.includes('rate_limited')).length).toBeGreaterThan(5_000)
  expect(waits.length).toBeGreaterThan(20)
  expect(Math.max(...waits)).toBeLessThan(Math.max(ms / 2, 250))
  await small.close()
})
