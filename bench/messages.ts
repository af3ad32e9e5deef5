import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { io } from 'socket.io-client'
import { startChild } from './child.ts'
import { type Figure, perSecond } from './figures.ts'
import { Shopper } from './shopper.ts'

const IN_FLIGHT = 16
const DURATION_MS = 4_000
/** Small talk: the least work that still makes a run for each message. */
const TEXT = 'thank you'

/**
 * Acknowledged messages a second, each stored and each answered by a run, beside a bare Socket.IO echo and a bare
 * insert into the same database, one after the other in one run.
 */
export async function messageFigures(shopUrl: string, databaseUri: string): Promise<Figure[]> {
  const echo = await echoes()
  const inserts = await bareInserts(databaseUri)
  const shoppers = await Promise.all(Array.from({ length: IN_FLIGHT }, () => Shopper.enter(shopUrl)))
  const acknowledged = await perSecond(IN_FLIGHT, DURATION_MS, async (lane, turn) => {
    await shoppers[lane]?.send(TEXT, `lane-${lane}-${turn}`)
  })
  for (const shopper of shoppers) shopper.leave()
  return [
    { name: 'bare Socket.IO echo', value: echo, unit: '/s' },
    { name: 'bare insertOne', value: inserts, unit: '/s' },
    { name: 'message:send acknowledged', value: acknowledged, unit: '/s' },
    { name: 'message:send to echo', value: acknowledged / echo, unit: 'x' },
    { name: 'message:send to insertOne', value: acknowledged / inserts, unit: 'x' },
  ]
}

async function echoes(): Promise<number> {
  const server = await startChild(join(import.meta.dirname, 'echo-server.ts'), {})
  const sockets = Array.from({ length: IN_FLIGHT }, () =>
    io(`${server.address}/chat`, { transports: ['websocket'], forceNew: true }),
  )
  const rate = await perSecond(IN_FLIGHT, DURATION_MS, async (lane, turn) => {
    await sockets[lane]?.emitWithAck('message:send', {
      sessionId: 'echo',
      clientMessageId: `${lane}-${turn}`,
      text: TEXT,
    })
  })
  for (const socket of sockets) socket.disconnect()
  await server.stop()
  return rate
}

async function bareInserts(uri: string): Promise<number> {
  const client = await new MongoClient(uri).connect()
  const collection = client.db('bench').collection('messages')
  const rate = await perSecond(IN_FLIGHT, DURATION_MS, async (lane, turn) => {
    await collection.insertOne({
      sessionId: `lane-${lane}`,
      seq: turn,
      role: 'customer',
      text: TEXT,
      createdAt: new Date(),
    })
  })
  await client.db('bench').dropDatabase()
  await client.close()
  return rate
}
