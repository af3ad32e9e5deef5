import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { z } from 'zod'

const Targets = z.tuple([z.looseObject({ webSocketDebuggerUrl: z.string() })])
const Reply = z.looseObject({ id: z.int(), result: z.looseObject({ usedSize: z.number().optional() }) })

/** A port for a process to be inspected on; the variables make it listen there. */
export async function inspectable(): Promise<{ port: number; variables: Record<string, string> }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return { port, variables: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` } }
}

/** Bytes that live on the JavaScript heap of an inspectable process, once its rubbish is collected. */
export async function liveHeap(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/json`)
  const [target] = Targets.parse(await response.json())
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')))
  })
  const ask = (id: number, method: string): Promise<number | undefined> => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    socket.addEventListener('message', ({ data }) => {
      const reply = Reply.parse(JSON.parse(String(data)))
      if (reply.id === id) resolve(reply.result.usedSize)
    })
    socket.send(JSON.stringify({ id, method }))
    return promise
  }
  await ask(1, 'HeapProfiler.collectGarbage')
  await ask(2, 'HeapProfiler.collectGarbage')
  const used = await ask(3, 'Runtime.getHeapUsage')
  socket.close()
  return used ?? Number.NaN
}
