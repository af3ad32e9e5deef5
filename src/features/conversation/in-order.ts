import { setTimeout as pause } from 'node:timers/promises'

/** Runs pieces of work one after another where they share a key, in the order in which they came. */
export interface Queues {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export interface QueueOptions {
  /** So many milliseconds a piece of work waits for the one before it, and then begins all the same; forever without it. */
  readonly patienceMs?: number
}

export function createQueues({ patienceMs }: QueueOptions = {}): Queues {
  const tails = new Map<string, Promise<unknown>>()
  const turnAfter = async (before: Promise<unknown>) => {
    if (patienceMs === undefined) return before
    const late = new AbortController()
    await Promise.race([before, pause(patienceMs, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
  }
  return {
    run(key, work) {
      const before = tails.get(key)
      const result = before === undefined ? work() : turnAfter(before).then(work)
      const tail = result
        .catch(() => undefined)
        .finally(() => {
          if (tails.get(key) === tail) tails.delete(key)
        })
      tails.set(key, tail)
      return result
    },
  }
}
