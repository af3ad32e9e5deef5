import type { Logger } from 'pino'
import {
  type ClientEvent,
  type ClientEventName,
  type EventAck,
  type EventPayload,
  NAMESPACES,
  type Namespace,
  type NamespaceName,
} from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { CountingLimit } from '../../platform/cluster-limit.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError, toProblem } from '../../platform/errors.ts'
import { parseObject } from '../../platform/field-errors.ts'
import type { IdempotencyClaim } from '../../platform/idempotency.ts'
import { requireAllowed } from '../../platform/limits.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { toShopError } from '../../platform/mongo.ts'
import { inRequest } from '../../platform/request-scope.ts'
import { checkAnswer } from '../answer-check.ts'
import { callOnce } from '../idempotent-call.ts'
import { callerOf, type TokenCheck } from '../token-check.ts'
import { type Revoker, renewToken } from './expiry.ts'
import type { Lanes } from './lanes.ts'
import type { ShopSocket } from './shop-socket.ts'
import type { Work } from './work.ts'

type Events<N extends NamespaceName> = (typeof NAMESPACES)[N]['client']

type Guarded<
  N extends NamespaceName,
  E extends ClientEventName<N>,
> = (typeof NAMESPACES)[N]['auth'] extends 'token'
  ? Caller
  : Events<N>[E] extends { readonly needsToken: true }
    ? Caller
    : Caller | undefined

/** What an event's handler is given: everything parsed and checked. */
export interface EventRequest<N extends NamespaceName, E extends ClientEventName<N>> {
  readonly ctx: Context
  /** Undefined only on a public namespace, for an event that needs no token, when none was given. */
  readonly caller: Guarded<N, E>
  readonly payload: EventPayload<N, E>
  readonly socket: ShopSocket
  /** On idempotent events with an `idempotencyKey`: lets the command store its answer in its own transaction. */
  readonly claim: IdempotencyClaim | undefined
  readonly log: Logger
}

export type EventHandler<N extends NamespaceName, E extends ClientEventName<N>> = (
  request: EventRequest<N, E>,
) => Promise<EventAck<N, E>>

type HandledEvent<N extends NamespaceName> = Exclude<ClientEventName<N>, 'auth:renew'>

/** A feature's share of a namespace: `const cartEvents = { 'cart:get': ... } satisfies EventHandlers<'/cart'>`. */
export type EventHandlers<N extends NamespaceName> = {
  readonly [E in HandledEvent<N>]?: EventHandler<N, E>
}

export interface EventBindOptions {
  readonly ctx: Context
  readonly tokens: TokenCheck
  readonly limit: CountingLimit
  readonly metrics: Metrics
  readonly work: Work
  readonly lanes: Lanes
  readonly draining: () => boolean
  readonly revoker: Revoker
}

/** An event as it came. */
interface Arrival {
  readonly socket: ShopSocket
  readonly event: string
  readonly args: readonly unknown[]
  readonly acknowledge: (answer: unknown) => void
  readonly requestId: string
}

/** Lets a socket's events reach their handlers: parse, limit, call, and always acknowledge. */
export function bindEvents<N extends NamespaceName>(
  options: EventBindOptions,
  namespace: N,
  handlers: EventHandlers<N>,
  socket: ShopSocket,
): void {
  socket.onAny((event: unknown, ...given: unknown[]) => {
    const callback = given.at(-1)
    if (typeof callback !== 'function') return
    options.lanes.add(socket, () => {
      const arrival: Arrival = {
        socket,
        event: String(event),
        args: given.length === 1 ? [{}] : given.slice(0, -1),
        acknowledge: (answer) => callback(answer),
        requestId: options.ctx.ids.next(),
      }
      const answer = () => answerEvent(options, namespace, handlers, arrival)
      return options.work.track(inRequest(arrival.requestId, answer))
    })
  })
}

async function answerEvent<N extends NamespaceName>(
  options: EventBindOptions,
  namespace: N,
  handlers: EventHandlers<N>,
  arrival: Arrival,
): Promise<void> {
  const { ctx, metrics } = options
  const { socket, acknowledge, requestId } = arrival
  const started = process.hrtime.bigint()
  const event = Object.hasOwn(NAMESPACES[namespace].client, arrival.event) ? arrival.event : 'unknown'
  let outcome = 'ok'
  metrics.eventsUnderWay.inc()
  try {
    await requirePlace(options, socket)
    acknowledge({ ok: true, data: await callEvent(options, namespace, handlers, arrival) })
  } catch (error) {
    const failure = toShopError(error)
    outcome = failure.code
    if (failure.status >= 500) {
      ctx.log.error({ err: failure.cause ?? failure, code: failure.code, event }, 'event failed')
    }
    acknowledge({ ok: false, error: toProblem(failure, requestId) })
  } finally {
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    metrics.eventsUnderWay.dec()
    metrics.events.observe({ namespace, event, outcome }, seconds)
    // a flood must not flood the log
    const level = outcome === 'rate_limited' ? 'debug' : 'info'
    const connection = socket.data.requestId
    ctx.log[level]({ namespace, event, outcome, ms: Math.round(seconds * 1000), connection }, 'event')
  }
}

/** @throws ShopError `unavailable` while the instance drains, `rate_limited` */
async function requirePlace({ limit, draining }: EventBindOptions, { data }: ShopSocket): Promise<void> {
  if (draining()) throw new ShopError('unavailable', undefined, { retryAfter: 1 })
  const { token, address } = data
  requireAllowed(await limit.consume(token === undefined ? `address:${address}` : `user:${token.userId}`))
}

async function callEvent<N extends NamespaceName, E extends HandledEvent<N>>(
  options: EventBindOptions,
  namespace: N,
  handlers: EventHandlers<N>,
  { socket, event, args, requestId }: Arrival,
): Promise<unknown> {
  const { ctx } = options
  const table: Namespace = NAMESPACES[namespace]
  const definition: ClientEvent | undefined = Object.hasOwn(table.client, event)
    ? table.client[event]
    : undefined
  if (definition === undefined) throw new ShopError('not_found', 'There is no such event.')
  if (args.length > 1) throw new ShopError('validation_failed', 'One object and a callback are expected.')
  const payload = parseObject(definition.payload, args[0])
  if (event === 'auth:renew') return renewToken(options, socket, payload)
  const handler: EventHandler<N, E> | undefined = handlers[event as E]
  if (handler === undefined) throw new ShopError('not_found', 'There is no such event.')
  const { token } = socket.data
  if (token === undefined && (definition.needsToken === true || table.auth === 'token')) {
    throw new ShopError('unauthenticated')
  }
  const caller = token === undefined ? undefined : callerOf(token, requestId, 'socket')
  const log = caller === undefined ? ctx.log : ctx.log.child({ userId: caller.userId })
  const { idempotencyKey, ...request } = payload as Record<string, unknown>
  const call = {
    userId: caller?.userId,
    key: definition.idempotent === true && typeof idempotencyKey === 'string' ? idempotencyKey : undefined,
    command: definition.command ?? event,
    answer: definition.ack,
    request,
  }
  const data = await callOnce(ctx, call, (claim) =>
    handler({
      ctx,
      caller: caller as Guarded<N, E>,
      payload: payload as EventPayload<N, E>,
      socket,
      claim,
      log,
    }),
  )
  checkAnswer(ctx.config, log, event, definition.ack, data)
  return data
}
