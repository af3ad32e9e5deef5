import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real HTTP server that answers with whatever it was last told to, as another system's inventory does. */
export interface StockFeed {
  readonly url: string
  /** The `Authorization` of the last request. */
  authorization(): string | undefined
  /** Answers this from now on; what is no text is sent as JSON. */
  says(answer: unknown, status?: number): void
  /** Sends whoever asks to another address from now on. */
  pointsTo(url: string): void
  /** Answers nothing from now on. */
  hangs(): void
  close(): Promise<void>
}

export async function openStockFeed(): Promise<StockFeed> {
  let answer: { readonly body: string; readonly status: number } | undefined = { body: '[]', status: 200 }
  let authorization: string | undefined
  let headers: Record<string, string> = {}
  const server = createServer((request, response) => {
    authorization = request.headers.authorization
    if (answer === undefined) return
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...headers })
    response.end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stock`,
    authorization: () => authorization,
    says(body, status = 200) {
      answer = { body: typeof body === 'string' ? body : JSON.stringify(body), status }
      headers = {}
    },
    pointsTo(url) {
      answer = { body: '', status: 302 }
      headers = { Location: url }
    },
    hangs() {
      answer = undefined
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
