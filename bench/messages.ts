import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { io } from 'socket.io-client'
import { startChild } from './child.ts'
import { type Figure, perSecond } from './figures.ts'
import { Shopper } from './shopper.ts'

const IN_FLIGHT = 16
/** Before the measurement: a process is slow until its code has been compiled. */
const WARM_UP_MS = 6_000
const DURATION_MS = 4_000
/** Small talk: the least work that still makes a run for each message. */
const TEXT = 'thank you'

/**
 * Messages a second that are answered, and that are acknowledged while their answers wait, beside a bare Socket.IO echo
 * and a bare insert into the same database, one after the other in one run.
 */
export async function messageFigures(shopUrl: string, databaseUri: string): Promise<Figure[]> {
  const echo = await echoes()
  const inserts = await bareInserts(databaseUri)
  const shoppers = await Promise.all(Array.from({ length: IN_FLIGHT }, () => Shopper.enter(shopUrl)))
  const all = (durationMs: number, act: (shopper: Shopper, turn: number) => Promise<unknown>) =>
    perSecond(IN_FLIGHT, durationMs, async (lane, turn) => {
      const shopper = shoppers[lane]
      if (shopper !== undefined) await act(shopper, turn)
    })
  await all(WARM_UP_MS, (shopper, turn) => shopper.ask(TEXT, `warm-up-${turn}`))
  const answered = await all(DURATION_MS, (shopper, turn) => shopper.ask(TEXT, `answered-${turn}`))
  const acknowledged = await all(DURATION_MS, (shopper, turn) => shopper.send(TEXT, `sent-${turn}`))
  for (const shopper of shoppers) shopper.leave()
  return [
    { name: 'bare Socket.IO echo', value: echo, unit: '/s' },
    { name: 'bare insertOne', value: inserts, unit: '/s' },
    { name: 'messages answered', value: answered, unit: '/s' },
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
