import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { startChild } from './child.ts'
import type { Figure } from './figures.ts'
import { inspectable, liveHeap } from './heap.ts'
import { Shopper } from './shopper.ts'
import { withCluster } from './stage.ts'

const CONNECTIONS = 500
const AT_ONCE = 50

/**
 * Memory for each connected shopper with a session, and for what a session keeps awake after its first message, beside a
 * socket of a bare Socket.IO server.
 */
export async function memoryFigures(): Promise<Figure[]> {
  const inspected = await inspectable()
  const bare = await startChild(join(import.meta.dirname, 'echo-server.ts'), inspected.variables)
  const sockets: Socket[] = []
  const socket = await growth(inspected.port, async () => {
    const connected = io(`${bare.address}/chat`, { transports: ['websocket'], forceNew: true })
    await new Promise<void>((resolve) => connected.once('connect', () => resolve()))
    sockets.push(connected)
  })
  for (const open of sockets) open.disconnect()
  await bare.stop()
  const { port, variables } = await inspectable()
  return withCluster(1, variables, async ({ instances: [shop] }) => {
    if (shop === undefined) return []
    const shoppers: Shopper[] = []
    const session = await growth(port, async () => {
      shoppers.push(await Shopper.enter(shop.address))
    })
    const waiting = [...shoppers]
    const actor = await growth(port, async () => {
      await waiting.pop()?.ask('thank you', 'said')
    })
    for (const shopper of shoppers) shopper.leave()
    return [
      { name: 'memory for a bare Socket.IO socket', value: socket, unit: 'kB' },
      { name: 'memory for a shopper with a session', value: session, unit: 'kB' },
      { name: 'memory for an idle session after its first message', value: actor, unit: 'kB' },
    ]
  })
}

/** Kilobytes of heap that a process grows by for each time that something is done. */
async function growth(port: number, act: () => Promise<void>): Promise<number> {
  const some = () => Promise.all(Array.from({ length: AT_ONCE }, act))
  await some()
  const before = await liveHeap(port)
  for (let done = 0; done < CONNECTIONS; done += AT_ONCE) await some()
  return ((await liveHeap(port)) - before) / CONNECTIONS / 1024
}
