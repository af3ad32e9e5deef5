import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A network between shop and database that can break. */
export interface Wire {
  /** The database's URI by way of the wire. */
  readonly uri: string
  /** Ends all connections and refuses new ones. */
  cut(): void
  /** Keeps connections open and carries nothing. */
  freeze(): void
  /** Keeps back whatever the database says, from the first thing on that has this text in it. */
  silenceFrom(text: string): void
  /** Passes on what the shop says, but nothing that the database says once the shop has said this. */
  silenceAfter(text: string): void
  restore(): void
  close(): Promise<void>
}

export async function startWire(databaseUri: string): Promise<Wire> {
  const target = new URL(databaseUri)
  const sockets = new Set<Socket>()
  let state: 'whole' | 'cut' | 'frozen' | 'silent' = 'whole'
  let trigger: { readonly by: 'shop' | 'database'; readonly text: string } | undefined
  const hear = (by: 'shop' | 'database', chunk: Buffer) => {
    if (trigger?.by !== by || !chunk.includes(trigger.text)) return
    trigger = undefined
    state = 'silent'
  }
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(Number(target.port), target.hostname)
    for (const [by, from, to] of [
      ['shop', near, far],
      ['database', far, near],
    ] as const) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('data', (chunk) => {
        hear(by, chunk)
        if (state === 'whole' || (state === 'silent' && by === 'shop')) to.write(chunk)
      })
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/?directConnection=true`,
    cut() {
      state = 'cut'
      endAll()
    },
    freeze() {
      state = 'frozen'
    },
    silenceFrom(text) {
      trigger = { by: 'database', text }
    },
    silenceAfter(text) {
      trigger = { by: 'shop', text }
    },
    restore() {
      if (state === 'frozen' || state === 'silent') endAll()
      trigger = undefined
      state = 'whole'
    },
    async close() {
      endAll()
      server.close()
      await once(server, 'close')
    },
  }
}
