import type { Logger } from 'pino'

/** The name of a kind of event and, in its type, what it carries. Made once by the feature that publishes it. */
export interface DomainEvent<T> {
  readonly name: string
  /** Never set: it only carries the payload's type. */
  readonly payload?: T
}

export function defineEvent<T>(name: string): DomainEvent<T> {
  return { name }
}

export interface DomainEvents {
  /** Call it after the commit, never within the transaction. Subscribers run in order of subscription. */
  publish<T>(event: DomainEvent<T>, payload: T): void
  /** Returns the function that ends the subscription. */
  subscribe<T>(event: DomainEvent<T>, listener: (payload: T) => void | Promise<void>): () => void
}

/**
 * Tells the rooms of this process what was committed. A listener that fails is logged and keeps nobody else
 * from hearing; what must not be lost goes through the outbox instead.
 */
export function createDomainEvents(log: Logger): DomainEvents {
  const listeners = new Map<string, Set<(payload: never) => void | Promise<void>>>()
  const report = (name: string, error: unknown) =>
    log.error({ err: error, event: name }, 'event listener failed')
  return {
    publish(event, payload) {
      for (const listener of listeners.get(event.name) ?? []) {
        try {
          const pending = listener(payload as never)
          if (pending instanceof Promise) pending.catch((error: unknown) => report(event.name, error))
        } catch (error) {
          report(event.name, error)
        }
      }
    },
    subscribe(event, listener) {
      const known = listeners.get(event.name) ?? new Set()
      listeners.set(event.name, known)
      known.add(listener)
      return () => known.delete(listener)
    },
  }
}
