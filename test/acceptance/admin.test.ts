import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { socketPackets } from '../../src/transport/socket/server.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

/** What the adapter writes for every namespace, so that instances know of each other. */
const HEARTBEATS = [1, 2]

let world: World
let other: World
let admin: Shopper
let shopper: Shopper
const sockets = new Set<Socket>()

beforeAll(async () => {
  world = await startWorld()
  other = await startWorld({ on: world })
  admin = await world.admin()
  shopper = await world.signUp()
})
afterEach(() => {
  for (const socket of sockets) socket.disconnect()
  sockets.clear()
})
afterAll(async () => {
  await other.close()
  await world.close()
})

const basic = (email: string, password: string) =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`
const open = (authorization?: string) =>
  world.api.raw('/admin', authorization === undefined ? {} : { headers: { Authorization: authorization } })

/** What the UI does: connects, and hears its configuration. */
async function connect(auth: Record<string, unknown>, extraHeaders: Record<string, string> = {}) {
  const socket = io(`${world.url}/admin`, {
    auth,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders,
  })
  sockets.add(socket)
  const session = new Promise<string>((resolve) => socket.once('session', resolve))
  const config = await new Promise<unknown>((resolve, reject) => {
    socket.once('config', resolve)
    socket.once('connect_error', (error: Error & { data?: { code?: string } }) => reject(error.data?.code))
  })
  return { socket, session, config }
}

interface Stats {
  readonly serverId: string
  readonly clientsCount: number
}

describe('the page', () => {
  test('is an admin’s alone, by password or by token', async () => {
    const nobody = await open()
    expect(nobody.status).toBe(401)
    expect(nobody.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect((await open(basic(admin.email, 'a wrong password'))).status).toBe(401)
    expect((await open(basic(shopper.email, shopper.password))).status).toBe(403)
    expect((await open(`Bearer ${shopper.token}`)).status).toBe(403)
    for (const good of [basic(admin.email, admin.password), `Bearer ${admin.token}`]) {
      const page = await open(good)
      expect(page.status).toBe(200)
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(await page.text()).toContain('Socket.IO Admin UI')
    }
  })

  test('is signed in by the token that it carries', async () => {
    const page = await (await open(basic(admin.email, admin.password))).text()
    const [, sessionId = ''] = /<meta name="session" content="([^"]+)">/.exec(page) ?? []
    expect(await connect({ sessionId })).toBeDefined()
  })

  test('loads everything from here', async () => {
    const page = await (await open(`Bearer ${admin.token}`)).text()
    const files = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css|png))"/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(4)
    for (const file of files) {
      expect((await world.api.raw(new URL(file, `${world.url}/admin/`).pathname)).status, file).toBe(200)
    }
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  })
})

describe('the namespace', () => {
  test.each([
    ['nobody', () => ({}), 'unauthenticated'],
    ['a shopper', () => ({ username: shopper.email, password: shopper.password }), 'forbidden'],
    ['a shopper’s token', () => ({ token: shopper.token }), 'forbidden'],
    ['a wrong password', () => ({ username: admin.email, password: 'wrong' }), 'invalid_credentials'],
    ['a made-up session', () => ({ sessionId: 'made up' }), 'unauthenticated'],
    ['odd types', () => ({ username: { $gt: '' }, password: { $gt: '' }, sessionId: 1 }), 'unauthenticated'],
  ])('refuses %s', async (_who, auth, code) => {
    await expect(connect(auth())).rejects.toBe(code)
  })

  test('refuses a page of another origin', async () => {
    await expect(connect({ token: admin.token }, { origin: 'https://evil.example' })).rejects.toBe(
      'forbidden',
    )
  })

  test('lets an admin look at every instance, and change nothing', async () => {
    const { socket, session, config } = await connect({ username: admin.email, password: admin.password })
    expect(config).toEqual({ supportedFeatures: ['AGGREGATED_EVENTS'] })
    const seen = new Map<string, Stats>()
    await new Promise<void>((resolve) => {
      socket.on('server_stats', (stats: Stats) => {
        seen.set(stats.serverId, stats)
        if (seen.size === 2) resolve()
      })
    })
    expect([...seen.keys()].sort()).toEqual([world.ctx.instanceId, other.ctx.instanceId].sort())
    const victim = await shopper.connect('/cart')
    socket.emit('emit', '/cart', undefined, 'cart:changed', {})
    socket.emit('_disconnect', '/cart', true, undefined)
    socket.emit('join', '/cart', `user:${admin.id}`, victim.socket.id)
    expect(await victim.send('cart:get', {})).toMatchObject({ items: [] })
    expect(victim.received('cart:changed')).toEqual([])
    expect(await connect({ sessionId: await session })).toBeDefined()
  })

  test('ends with the admin’s session', async () => {
    const leaving = await world.admin()
    const { socket } = await connect({ token: leaving.token })
    const ended = new Promise((resolve) => socket.once('disconnect', resolve))
    await leaving.api.call('logOut', { body: {} })
    expect(await ended).toBe('io server disconnect')
  })
})

test('while no admin looks, nothing is written for it', async () => {
  const quiet = await startWorld()
  const watcher = await quiet.connect('/inventory')
  await watcher.send('inventory:subscribe', {})
  const packets = await quiet.ctx.db.collection(socketPackets.name).find().toArray()
  expect(packets.filter(({ nsp, type }) => nsp === '/admin' && !HEARTBEATS.includes(type))).toEqual([])
  await quiet.close()
})
