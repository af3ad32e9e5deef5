import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdapter } from '@socket.io/mongo-adapter'
import { MongoClient } from 'mongodb'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { type Figure, median, perSecond } from './figures.ts'
import { withCluster } from './stage.ts'

const IN_FLIGHT = 64
const DURATION_MS = 4_000
const ALONE = 200
const FIRST_MS = 100
/** As long as what a changed cart of two lines takes. */
const CART = 'x'.repeat(1_200)

/**
 * How many broadcasts a second cross from one instance to another through the Mongo adapter's one collection, each as
 * big as a cart change, and how long one takes that is alone.
 */
export function crossingFigures(): Promise<Figure[]> {
  return withCluster(0, {}, async ({ database }) => {
    const mongo = await new MongoClient(database.address).connect()
    const packets = mongo.db('bench').collection('packets')
    await packets.createIndex({ createdAt: 1 }, { expireAfterSeconds: 3_600 })
    const options = { addCreatedAtField: true }
    const http = createServer()
    const far = new Server(http, { adapter: createAdapter(packets, { ...options }) })
    const near = new Server(createServer(), { adapter: createAdapter(packets, { ...options }) })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const socket = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
      transports: ['websocket'],
    })
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    const awaited = new Map<string, () => void>()
    socket.on('crossed', ({ id }: { id: string }) => {
      awaited.get(id)?.()
      awaited.delete(id)
    })
    const cross = (id: string) =>
      new Promise<void>((resolve) => {
        awaited.set(id, resolve)
        near.emit('crossed', { id, cart: CART })
      })
    // the change stream opens some time after the adapter is made
    const opened = cross('opened')
    const knocking = setInterval(() => near.emit('crossed', { id: 'opened' }), FIRST_MS)
    await opened
    clearInterval(knocking)
    const alone: number[] = []
    for (let turn = 0; turn < ALONE; turn += 1) {
      const began = performance.now()
      await cross(`alone-${turn}`)
      alone.push(performance.now() - began)
    }
    const rate = await perSecond(IN_FLIGHT, DURATION_MS, (lane, turn) => cross(`${lane}-${turn}`))
    socket.disconnect()
    await Promise.all([far.close(), near.close()])
    await mongo.close()
    return [
      { name: 'broadcasts that cross to another instance', value: rate, unit: '/s' },
      { name: 'one broadcast that crosses, median', value: median(alone), unit: 'ms' },
    ]
  })
}
