import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

interface Order {
  readonly url: string
  readonly token: string
  readonly events: number
}

export interface Flood {
  /** Resolves once the first answer has come. */
  readonly begun: Promise<void>
  /** Resolves with the answers' texts when each event has one. */
  readonly ended: Promise<string[]>
}

/** Sends events to `/cart` as fast as the network takes them, from a thread of its own. */
export function startFlood(order: Order): Flood {
  const worker = new Worker(new URL(import.meta.url), { workerData: order })
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string[]>()
  worker.on('message', (message: 'begun' | string[]) => {
    if (message === 'begun') begun.resolve()
    else ended.resolve(message)
  })
  worker.on('error', (error) => {
    begun.reject(error)
    ended.reject(error)
  })
  return { begun: begun.promise, ended: ended.promise }
}

function flood({ url, token, events }: Order): void {
  const answers: string[] = []
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  socket.addEventListener('message', ({ data }) => {
    const frame = String(data)
    if (frame === '2') socket.send('3')
    else if (frame.startsWith('0')) socket.send(`40/cart,${JSON.stringify({ token })}`)
    else if (frame.startsWith('40')) {
      for (let id = 0; id < events; id += 1) socket.send(`42/cart,${id}["cart:get",{}]`)
    } else if (frame.startsWith('43')) {
      if (answers.push(frame) === 1) parentPort?.postMessage('begun')
      if (answers.length === events) {
        parentPort?.postMessage(answers)
        socket.close()
      }
    }
  })
}

if (!isMainThread && parentPort !== null && isOrder(workerData)) flood(workerData)

function isOrder(value: unknown): value is Order {
  return typeof value === 'object' && value !== null && 'events' in value && 'token' in value
}
