import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Params, StripeBooks } from './books.ts'
import { StripeProblem } from './problem.ts'

export const STRIPE_KEY = 'sk_test_floorwalker_4f9d1c'

type Act = (books: StripeBooks, id: string, params: Params) => object

const CALLS = {
  'POST /v1/payment_methods': ['method', (books, _, params) => books.createMethod(params)],
  'GET /v1/payment_methods/:id': ['describe', (books, id) => books.method(id)],
  'POST /v1/payment_methods/:id/attach': ['attach', (books, id, params) => books.attach(id, params)],
  'POST /v1/payment_methods/:id/detach': ['detach', (books, id) => books.detach(id)],
  'POST /v1/customers': ['customer', (books) => books.createCustomer()],
  'POST /v1/payment_intents': ['intent', (books, _, params) => books.createIntent(params)],
  'GET /v1/payment_intents/:id': ['look', (books, id) => books.intent(id)],
  'POST /v1/payment_intents/:id/confirm': ['confirm', (books, id, params) => books.confirm(id, params)],
  'POST /v1/payment_intents/:id/capture': ['capture', (books, id) => books.capture(id)],
  'POST /v1/payment_intents/:id/cancel': ['cancel', (books, id) => books.cancel(id)],
  'POST /v1/refunds': ['refund', (books, _, params) => books.refund(params)],
  'GET /v1/refunds': ['refunds', (books, _, params) => books.listRefunds(params)],
} as const satisfies Record<string, readonly [string, Act]>

export type StripeCallName = (typeof CALLS)[keyof typeof CALLS][0]

/**
 * `refused`: a 500, and nothing has happened; `broken`: a 500 although it has happened; `cut`: it has happened, and the
 * connection ends; `silent`: it has happened, and no answer comes; `held`: it has happened, and the answer waits for `release`.
 */
export type StripeTrouble = 'refused' | 'broken' | 'cut' | 'silent' | 'held'

/** A real HTTP server on loopback that speaks Stripe's API, as far as the shop uses it. */
export interface StripeServer {
  readonly url: string
  readonly books: StripeBooks
  /** Troubles the next calls of that name, those that the client repeats by itself included. */
  trouble(call: StripeCallName, trouble: StripeTrouble, times: number): void
  /** The keys that calls of that name came with. */
  keys(call: StripeCallName): string[]
  /** Resolves when a call of that name is held. */
  holding(call: StripeCallName): Promise<void>
  release(): void
  /** A day passes: Stripe does not know the keys any more that it was asked with. */
  forgetKeys(): void
  calm(): void
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: object
}

export async function startStripeServer(): Promise<StripeServer> {
  const books = new StripeBooks()
  const stored = new Map<string, { readonly request: string; readonly answer: Promise<Answer> }>()
  const troubles = new Map<string, { trouble: StripeTrouble; times: number }>()
  const seen = new Map<string, string[]>()
  let held: Array<() => void> = []
  const holds = new Map<string, () => void>()

  const troubleOf = (call: string): StripeTrouble | undefined => {
    const planned = troubles.get(call)
    if (planned === undefined || planned.times === 0) return undefined
    planned.times -= 1
    return planned.trouble
  }

  const once500 = (act: () => object, trouble: StripeTrouble | undefined): Answer => {
    const failure = { status: 500, body: { error: { type: 'api_error', message: 'An unknown error' } } }
    if (trouble === 'refused') return failure
    try {
      const body = act()
      return trouble === 'broken' ? failure : { status: 200, body: structuredClone(body) }
    } catch (error) {
      if (error instanceof StripeProblem) return { status: error.status, body: error.body }
      throw error
    }
  }

  /** Stripe keeps what it has answered under a key, failures and declines too, but not what it found malformed. */
  const answerFor = async (key: string | undefined, request: string, work: () => Answer): Promise<Answer> => {
    if (key === undefined) return work()
    const known = stored.get(key)
    if (known !== undefined && known.request !== request) {
      return { status: 400, body: { error: { type: 'idempotency_error', message: 'other parameters' } } }
    }
    if (known !== undefined) return known.answer
    const answer = work()
    if (answer.status !== 400 && answer.status !== 404) {
      stored.set(key, { request, answer: Promise.resolve(answer) })
    }
    return answer
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe')
    const [, top = '', room = '', id = '', verb] = pathname.split('/')
    const shape = `${request.method} /${[top, room, ...(id === '' ? [] : [':id']), ...(verb === undefined ? [] : [verb])].join('/')}`
    const [call, act]: readonly [string, Act] = CALLS[shape as keyof typeof CALLS] ?? [
      'unknown',
      () => {
        throw StripeProblem.missing('url', shape)
      },
    ]
    if (request.headers.authorization !== `Bearer ${STRIPE_KEY}`) {
      const error = {
        type: 'invalid_request_error',
        message: `Invalid API Key: ${request.headers.authorization}`,
      }
      send(response, { status: 401, body: { error } })
      return
    }
    const key = request.headers['idempotency-key']?.toString()
    seen.set(call, [...(seen.get(call) ?? []), key ?? ''])
    const params = new Map(body === '' ? searchParams : new URLSearchParams(body))
    const trouble = troubleOf(call)
    const answer = await answerFor(key, `${shape} ${id} ${body}`, () =>
      once500(() => act(books, id, params), trouble),
    )
    if (trouble === 'cut') request.socket.destroy()
    else if (trouble === 'held') {
      await new Promise<void>((resolve) => {
        held.push(resolve)
        holds.get(call)?.()
      })
      send(response, answer)
    } else if (trouble !== 'silent') send(response, answer)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const release = () => {
    for (const go of held.splice(0)) go()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    books,
    trouble: (call, trouble, times) => void troubles.set(call, { trouble, times }),
    keys: (call) => seen.get(call) ?? [],
    holding: (call) => new Promise((resolve) => void holds.set(call, resolve)),
    release,
    forgetKeys: () => stored.clear(),
    calm() {
      troubles.clear()
      seen.clear()
      release()
      held = []
    },
    async close() {
      release()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Request-Id': 'req_standin' })
  response.end(JSON.stringify(body))
}
