import { z } from 'zod'
import type { Ids } from '../platform/ids.ts'

/** Carries packets between the instances, at most once, in order for each sender; never back to the sender. */
export interface Bus {
  publish(packet: unknown): void
  /** Resolves once all that was published is on its way for good, whatever becomes of this instance. */
  flushed(): Promise<void>
  /** Returns the function that ends the subscription. */
  subscribe(listener: (packet: unknown) => void): () => void
}

/** The bus of an instance that is alone. */
export const silentBus: Bus = {
  publish: () => undefined,
  flushed: () => Promise.resolve(),
  subscribe: () => () => undefined,
}

/** How the instances speak with each other. */
export interface Peers {
  /** Says something to one instance, or to all others when `to` is `*`. Nobody need hear it. */
  tell(to: string, topic: string, body: unknown): void
  /** Resolves once all that was said is on its way for good, whatever becomes of this instance. */
  flushed(): Promise<void>
  /**
   * Asks one instance.
   * @throws SilentPeerError when it has not answered within `timeoutMs` milliseconds or has failed to
   */
  ask(to: string, topic: string, body: unknown, timeoutMs: number): Promise<unknown>
  /** What is done with a topic; the returned value answers those who ask. */
  on(topic: string, listener: (body: unknown, from: string) => unknown): void
  close(): void
}

export class SilentPeerError extends Error {
  constructor(peer: string, topic: string) {
    super(`${peer} has not answered ${topic}`)
    this.name = 'SilentPeerError'
  }
}

const Packet = z.object({
  to: z.string(),
  from: z.string(),
  topic: z.string(),
  /** There when an answer is wanted, or in an answer. */
  call: z.string().nullish(),
  answer: z.boolean().nullish(),
  body: z.unknown(),
})
type Packet = z.infer<typeof Packet>

/** Speaks over a bus as the instance `self`. */
export function createPeers(
  bus: Bus,
  self: string,
  ids: Ids,
  failed: (topic: string, error: unknown) => void,
): Peers {
  const listeners = new Map<string, (body: unknown, from: string) => unknown>()
  const calls = new Map<string, (body: unknown) => void>()

  const answer = async (packet: Packet) => {
    const listener = listeners.get(packet.topic)
    if (listener === undefined) return
    const body = await listener(packet.body, packet.from)
    if (packet.call == null) return
    const { topic, call, from } = packet
    bus.publish({ to: from, from: self, topic, call, answer: true, body } satisfies Packet)
  }

  const unsubscribe = bus.subscribe((raw) => {
    const parsed = Packet.safeParse(raw)
    if (!parsed.success || parsed.data.from === self) return
    const packet = parsed.data
    if (packet.to !== self && packet.to !== '*') return
    if (packet.answer === true) calls.get(packet.call ?? '')?.(packet.body)
    else answer(packet).catch((error: unknown) => failed(packet.topic, error))
  })

  return {
    tell: (to, topic, body) => bus.publish({ to, from: self, topic, body } satisfies Packet),
    flushed: () => bus.flushed(),
    ask(to, topic, body, timeoutMs) {
      const call = ids.next()
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          calls.delete(call)
          reject(new SilentPeerError(to, topic))
        }, timeoutMs)
        calls.set(call, (reply) => {
          clearTimeout(timer)
          calls.delete(call)
          resolve(reply)
        })
        bus.publish({ to, from: self, topic, call, body } satisfies Packet)
      })
    },
    on: (topic, listener) => void listeners.set(topic, listener),
    close: unsubscribe,
  }
}
