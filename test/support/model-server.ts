import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request to the model held, as far as tests look at it. */
export interface ModelRequest {
  readonly model: string
  readonly messages: ReadonlyArray<{
    readonly role: string
    readonly content?: string
    readonly tool_calls?: ReadonlyArray<{ id: string; function: { name: string; arguments: string } }>
    readonly tool_call_id?: string
  }>
  readonly tools: ReadonlyArray<{ function: { name: string; parameters: unknown } }>
  readonly tool_choice?: string
}

/** Answers one request; whatever it writes goes over real HTTP. */
export type Reply = (response: ServerResponse, request: ModelRequest) => void | Promise<void>

export interface ModelServer {
  readonly url: string
  readonly requests: readonly ModelRequest[]
  /** The next requests get these replies, in order; after the last one, the last again. */
  script(...replies: Reply[]): void
  close(): Promise<void>
}

/** An OpenAI-compatible endpoint that does what a test tells it to. */
export async function startModelServer(): Promise<ModelServer> {
  const requests: ModelRequest[] = []
  let replies: Reply[] = []
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ModelRequest
    requests.push(body)
    const reply = replies.length > 1 ? replies.shift() : replies[0]
    if (reply === undefined) throw new Error('nobody told the model what to say')
    await reply(response, body)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    script(...next) {
      replies = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const chunk = (delta: object, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'test-model',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

const usage = {
  ...chunk({}),
  choices: [],
  usage: { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 },
}

export function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
}

export function send(response: ServerResponse, data: object): void {
  response.write(`data: ${JSON.stringify(data)}\n\n`)
}

function finish(response: ServerResponse, reason: string): void {
  send(response, chunk({}, reason))
  send(response, usage)
  response.end('data: [DONE]\n\n')
}

/** Says something, a few letters at a time. */
export function says(text: string): Reply {
  return (response) => {
    stream(response)
    for (const piece of text.match(/[\s\S]{1,7}/g) ?? []) send(response, chunk({ content: piece }))
    finish(response, 'stop')
  }
}

/** Wants tools; the arguments come in pieces, as they do. */
export function calls(...wanted: ReadonlyArray<readonly [name: string, args: object | string]>): Reply {
  return (response) => {
    stream(response)
    for (const [index, [name, args]] of wanted.entries()) {
      const text = typeof args === 'string' ? args : JSON.stringify(args)
      const start = { index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }
      send(response, chunk({ tool_calls: [start] }))
      for (const piece of text.match(/[\s\S]{1,9}/g) ?? [])
        send(response, chunk({ tool_calls: [{ index, function: { arguments: piece } }] }))
    }
    finish(response, 'tool_calls')
  }
}

/** Says the beginning, and then the connection is cut. */
export function breaksOffAfter(text: string): Reply {
  return (response) => {
    stream(response)
    send(response, chunk({ content: text }))
    setImmediate(() => response.destroy())
  }
}

/** Says the beginning, and then nothing more. */
export function fallsSilentAfter(text: string): Reply {
  return (response) => {
    stream(response)
    send(response, chunk({ content: text }))
  }
}

export function refuses(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message: 'no', type: 'test', code: 'test' } }))
  }
}

export function answersRaw(body: string, type = 'application/json'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': type })
    response.end(body)
  }
}
