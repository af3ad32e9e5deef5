import { io, type Socket } from 'socket.io-client'
import {
  type Acknowledgement,
  type ClientEventName,
  type EventAck,
  type EventBroadcast,
  type EventInput,
  NAMESPACES,
  type Namespace,
  type NamespaceName,
  Problem,
  type ServerEventName,
} from '../../src/contract/index.ts'

const WAIT_MS = 15_000

/** A refused handshake. */
export class RefusedConnection extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`)
    this.problem = problem
  }
}

/** A problem object that an event was acknowledged with. */
export class ProblemAck extends Error {
  readonly problem: Problem

  constructor(event: string, problem: Problem) {
    super(`${event}: ${problem.code}: ${problem.detail} ${JSON.stringify(problem.errors ?? [])}`)
    this.problem = problem
  }
}

/** A typed Socket.IO client of one namespace that remembers everything it was sent. */
export interface Client<N extends NamespaceName> {
  readonly socket: Socket
  /** Sends an event and returns the acknowledged data, checked against the contract. Throws ProblemAck. */
  send<E extends ClientEventName<N>>(event: E, payload: EventInput<N, E>): Promise<EventAck<N, E>>
  /** Sends an event that must fail; returns the problem. */
  fail<E extends ClientEventName<N>>(event: E, payload: EventInput<N, E>): Promise<Problem>
  /** Sends any arguments and returns the bare acknowledgement. */
  emit(event: string, ...args: unknown[]): Promise<Acknowledgement<unknown>>
  /** All broadcasts of that kind so far, oldest first. */
  received<E extends ServerEventName<N>>(event: E): Array<EventBroadcast<N, E>>
  /** The first broadcast that fits, past or to come. */
  waitFor<E extends ServerEventName<N>>(
    event: E,
    fits?: (data: EventBroadcast<N, E>) => boolean,
  ): Promise<EventBroadcast<N, E>>
  /** Resolves with the reason when the server or the network ends the connection. */
  readonly ended: Promise<string>
  close(): void
}

/** Is shown what the server sends; it throws when that is not what it should be. */
export interface Observer {
  ack(event: string, answer: unknown): void
  broadcast(event: string, data: unknown): void
}

interface Broadcast {
  readonly event: string
  readonly data: unknown
}

/** Connects over WebSocket. Throws RefusedConnection when the handshake is refused. */
export async function connectClient<N extends NamespaceName>(
  url: string,
  namespace: N,
  token?: string,
  options: {
    readonly reconnection?: boolean
    readonly query?: Record<string, string>
    readonly origin?: string
    /** Sees every acknowledgement and broadcast as it came. */
    readonly observer?: Observer
  } = {},
): Promise<Client<N>> {
  const socket = io(`${url}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: options.reconnection ?? false,
    ...(token === undefined ? {} : { auth: { token } }),
    ...(options.query === undefined ? {} : { query: options.query }),
    ...(options.origin === undefined ? {} : { extraHeaders: { origin: options.origin } }),
  })
  const table: Namespace = NAMESPACES[namespace]
  const log: Broadcast[] = []
  const listeners = new Set<(broadcast: Broadcast) => void>()
  socket.onAny((event: string, data: unknown) => {
    const schema = table.server[event]
    if (schema === undefined) throw new Error(`the server sent an unknown event ${event}`)
    options.observer?.broadcast(event, data)
    const broadcast = { event, data: schema.payload.parse(data) }
    log.push(broadcast)
    for (const listener of [...listeners]) listener(broadcast)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error: Error & { data?: unknown }) => {
      socket.disconnect()
      const problem = Problem.safeParse(error.data)
      reject(problem.success ? new RefusedConnection(problem.data) : error)
    })
  })
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve))

  const emit = async (event: string, ...args: unknown[]): Promise<Acknowledgement<unknown>> => {
    const answer: Acknowledgement<unknown> = await socket.timeout(WAIT_MS).emitWithAck(event, ...args)
    if (Object.hasOwn(table.client, event)) options.observer?.ack(event, answer)
    return answer
  }
  const send = async <E extends ClientEventName<N>>(
    event: E,
    payload: EventInput<N, E>,
  ): Promise<EventAck<N, E>> => {
    const answer = await emit(event, payload)
    if (!answer.ok) throw new ProblemAck(event, Problem.parse(answer.error))
    return table.client[event]?.ack.parse(answer.data) as EventAck<N, E>
  }
  return {
    socket,
    emit,
    send,
    ended,
    async fail(event, payload) {
      try {
        await send(event, payload)
      } catch (error) {
        if (error instanceof ProblemAck) return error.problem
        throw error
      }
      throw new Error(`${event} was expected to fail`)
    },
    received: <E extends ServerEventName<N>>(event: E) =>
      log.filter((entry) => entry.event === event).map(({ data }) => data as EventBroadcast<N, E>),
    waitFor: <E extends ServerEventName<N>>(
      event: E,
      fits: (data: EventBroadcast<N, E>) => boolean = () => true,
    ) =>
      new Promise<EventBroadcast<N, E>>((resolve, reject) => {
        const matches = (entry: Broadcast) =>
          entry.event === event && fits(entry.data as EventBroadcast<N, E>)
        const past = log.find(matches)
        if (past !== undefined) return resolve(past.data as EventBroadcast<N, E>)
        const listener = (entry: Broadcast) => {
          if (!matches(entry)) return
          stop()
          resolve(entry.data as EventBroadcast<N, E>)
        }
        const timer = setTimeout(() => {
          stop()
          reject(new Error(`no ${event} came within ${WAIT_MS} ms`))
        }, WAIT_MS)
        const stop = () => {
          clearTimeout(timer)
          listeners.delete(listener)
        }
        listeners.add(listener)
      }),
    close: () => socket.disconnect(),
  }
}
