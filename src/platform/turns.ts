import type { Context } from './context.ts'

/** Runs work once everybody is done who joined the queue of one of its keys before. */
export type Turns = <T>(
  ctx: Pick<Context, 'db'>,
  keys: readonly string[],
  work: () => Promise<T>,
) => Promise<T>

/**
 * Makes queues that spare transactions within this process the conflicts that they would have at once. They keep
 * nothing right by themselves: other instances know nothing of them, and who has waited for `longestWaitMs` goes ahead.
 * Turns of one kind do not nest.
 */
export function createTurns(longestWaitMs: number): Turns {
  const queues = new WeakMap<Context['db'], Map<string, Promise<void>>>()
  return async (ctx, keys, work) => {
    const tails = queues.get(ctx.db) ?? new Map<string, Promise<void>>()
    queues.set(ctx.db, tails)
    const { promise: done, resolve: leave } = Promise.withResolvers<void>()
    const joined = [...new Set(keys)]
    const before = joined.map((key) => tails.get(key))
    // All queues are joined in one go, so that no two can wait for each other.
    for (const key of joined) tails.set(key, done)
    try {
      await atMost(longestWaitMs, Promise.all(before))
      return await work()
    } finally {
      leave()
      for (const key of joined) {
        if (tails.get(key) === done) tails.delete(key)
      }
    }
  }
}

async function atMost(milliseconds: number, wait: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  await Promise.race([wait, late])
  clearTimeout(timer)
}
