import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import { AgentEvent, type Message, MessageNew, OpenedSession } from '../../src/contract/index.ts'
import type { History } from './history.ts'
import { RunWatch } from './run-watch.ts'

const ACK_MS = 12_000
const CONNECT_MS = 5_000

const Ack = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.looseObject({ code: z.string() }) }),
])
export type Ack = z.infer<typeof Ack>

/** One connection to `/chat`, from the handshake to its end. */
export class ChatLine {
  readonly socket: Socket
  readonly watch: RunWatch
  readonly #heard: (message: Message) => void
  #changed: () => void = () => undefined

  private constructor(socket: Socket, watch: RunWatch, heard: (message: Message) => void) {
    this.socket = socket
    this.watch = watch
    this.#heard = heard
  }

  /** Undefined when no connection comes about in time. */
  static async connect(options: {
    port: number
    token: string
    history: History
    who: string
    heard: (message: Message) => void
  }): Promise<ChatLine | undefined> {
    const socket = io(`http://127.0.0.1:${options.port}/chat`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token: options.token },
    })
    const line = new ChatLine(socket, new RunWatch(options.history, options.who), options.heard)
    socket.on('message:new', (data: unknown) => line.#heard(MessageNew.parse(data).message))
    socket.on('agent:event', (data: unknown) => {
      line.watch.see(AgentEvent.parse(data))
      line.#changed()
    })
    socket.on('disconnect', () => line.#changed())
    const connected = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), CONNECT_MS)
      socket.once('connect', () => {
        clearTimeout(timer)
        resolve(true)
      })
      socket.once('connect_error', () => {
        clearTimeout(timer)
        resolve(false)
      })
    })
    if (connected) return line
    socket.disconnect()
    return undefined
  }

  /** Undefined when no acknowledgement came, which says nothing about the effect. */
  async send(event: string, payload: object): Promise<Ack | undefined> {
    try {
      return Ack.parse(await this.socket.timeout(ACK_MS).emitWithAck(event, payload))
    } catch (error) {
      if (error instanceof z.ZodError) throw error
      return undefined
    }
  }

  /** Opens the session and hears what was missed; undefined when that failed. */
  open(sessionId: string | undefined, afterSeq: number): Promise<OpenedSession | undefined> {
    const payload = sessionId === undefined ? {} : { sessionId, afterSeq }
    return new Promise((resolve, reject) => {
      // what follows the acknowledgement may be here before a promise of it is looked at
      this.socket.timeout(ACK_MS).emit('session:open', payload, (error: Error | null, answer: unknown) => {
        try {
          const ack = error === null ? Ack.parse(answer) : undefined
          resolve(ack?.ok === true ? this.#take(OpenedSession.parse(ack.data)) : undefined)
        } catch (invalid) {
          reject(invalid)
        }
      })
    })
  }

  #take(opened: OpenedSession): OpenedSession {
    for (const message of opened.messages) this.#heard(message)
    for (const event of opened.run?.events ?? []) this.watch.see(event)
    return opened
  }

  /** Resolves true when the run has ended, false when the connection has or `ms` are over. */
  async runEnded(runId: string, ms: number): Promise<boolean> {
    if (!this.watch.ended.has(runId) && this.socket.connected) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#changed = () => {
          if (!this.watch.ended.has(runId) && this.socket.connected) return
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.watch.ended.has(runId)
  }
}
