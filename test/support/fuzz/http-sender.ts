import { Agent, request } from 'node:http'

/** A request byte for byte: no client library mends it on the way. */
export interface WireRequest {
  readonly method: string
  /** As it stands in the request line. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | undefined
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly ms: number
}

export interface HttpSender {
  send(request: WireRequest): Promise<WireAnswer>
  close(): void
}

/** Sends requests over connections that are kept. */
export function createHttpSender(url: string): HttpSender {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const { hostname, port } = new URL(url)
  return {
    close: () => agent.destroy(),
    send: ({ method, target, headers, body }) =>
      new Promise((resolve, reject) => {
        const started = performance.now()
        const length = body === undefined ? {} : { 'Content-Length': String(body.length) }
        const call = request(
          { agent, hostname, port, method, path: target, headers: { ...length, ...headers } },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('error', reject)
            response.on('end', () => {
              const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
              resolve({
                status: response.statusCode ?? 0,
                headers: Object.fromEntries(flat),
                text: Buffer.concat(chunks).toString('utf8'),
                ms: performance.now() - started,
              })
            })
          },
        )
        call.on('error', reject)
        call.end(body)
      }),
  }
}
