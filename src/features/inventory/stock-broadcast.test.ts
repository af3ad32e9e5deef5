import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StockUpdate } from '../../contract/index.ts'
import type { ShopServer } from '../../transport/socket/shop-socket.ts'
import { ALL_PRODUCTS, createStockBroadcast, productRoom, type StockBroadcast } from './stock-broadcast.ts'

let io: ShopServer
let broadcast: StockBroadcast
let client: Socket
let serverSideId: string
let received: StockUpdate[]

const update = (productId: string, revision: number): StockUpdate => ({
  productId,
  revision,
  available: revision,
  status: 'in_stock',
  variants: [{ sku: 'A', available: revision, status: 'in_stock' }],
  updatedAt: new Date(revision).toISOString(),
})

beforeEach(async () => {
  const http = createServer()
  io = new Server(http)
  broadcast = createStockBroadcast(io)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const joined = new Promise<string>((resolve) => {
    io.of('/inventory').on('connection', async (socket) => {
      await socket.join([productRoom('hot'), productRoom('cold'), ALL_PRODUCTS])
      resolve(socket.id)
    })
  })
  client = connect(`http://127.0.0.1:${(http.address() as AddressInfo).port}/inventory`, {
    transports: ['websocket'],
    forceNew: true,
  })
  received = []
  client.on('inventory:updated', (data: StockUpdate) => void received.push(data))
  serverSideId = await joined
})

afterEach(async () => {
  client.disconnect()
  broadcast.close()
  await io.close()
})

const arrival = (fits: (data: StockUpdate) => boolean) =>
  new Promise<void>((resolve) => {
    client.on('inventory:updated', (data: StockUpdate) => {
      if (fits(data)) resolve()
    })
  })

describe('the broadcast of stock', () => {
  it('sends a socket each update once, though it is in two rooms', async () => {
    const done = arrival(({ revision }) => revision === 2)
    broadcast.send(update('hot', 1))
    broadcast.send(update('hot', 2))
    await done
    expect(received.map(({ revision }) => revision)).toEqual([1, 2])
  })

  it('lets updates take each other’s place while the network is busy, but keeps the last of each product', async () => {
    const done = Promise.all([
      arrival(({ productId, revision }) => productId === 'hot' && revision === 1000),
      arrival(({ productId }) => productId === 'cold'),
    ])
    for (let revision = 1; revision <= 1000; revision += 1) broadcast.send(update('hot', revision))
    broadcast.send(update('cold', 7))
    await done
    const revisions = received.filter(({ productId }) => productId === 'hot').map(({ revision }) => revision)
    expect(revisions.length).toBeLessThan(100)
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
    const next = arrival(({ revision }) => revision === 1001)
    broadcast.send(update('hot', 1001))
    await next
  })

  it('sends nothing older than what the socket was told', async () => {
    const done = arrival(({ revision }) => revision === 6)
    broadcast.tell(serverSideId, 'hot', 5)
    for (const revision of [4, 5, 6]) broadcast.send(update('hot', revision))
    await done
    expect(received.map(({ revision }) => revision)).toEqual([6])
  })
})
