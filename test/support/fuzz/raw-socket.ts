import { once } from 'node:events'

/** A WebSocket that says what it is told, whether or not that is Engine.IO. */
export interface RawSocket {
  send(frame: string | Uint8Array<ArrayBuffer>): void
  /** Every frame so far. */
  readonly frames: readonly string[]
  /** The next frame that fits, past or to come. */
  waitFor(fits: (frame: string) => boolean): Promise<string>
  readonly closed: Promise<void>
  close(): void
}

const WAIT_MS = 5_000

/** Opens a WebSocket to the shop's Engine.IO; the first frame is the server's handshake. */
export async function openRawSocket(url: string, query = 'EIO=4&transport=websocket'): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?${query}`)
  socket.binaryType = 'arraybuffer'
  const frames: string[] = []
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  socket.addEventListener('message', ({ data }) => {
    frames.push(String(data))
    tell()
  })
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => resolve())
    socket.addEventListener('error', () => resolve())
  })
  await once(socket, 'open')
  return {
    frames,
    closed,
    close: () => socket.close(),
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    },
    waitFor: (fits) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = frames.find(fits)
          if (found === undefined) return
          clearTimeout(timer)
          listeners.delete(look)
          resolve(found)
        }
        const timer = setTimeout(() => {
          listeners.delete(look)
          reject(
            new Error(`no such frame within ${WAIT_MS} ms; there were ${JSON.stringify(frames.slice(-5))}`),
          )
        }, WAIT_MS)
        listeners.add(look)
        look()
      }),
  }
}
