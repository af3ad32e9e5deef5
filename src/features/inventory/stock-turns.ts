import type { Context } from '../../platform/context.ts'

/** Who has waited so long goes ahead: the turns only save conflicts, the transactions themselves keep the books right. */
const LONGEST_WAIT_MS = 1000

const queues = new WeakMap<Context['db'], Map<string, Promise<void>>>()

/**
 * Lets transactions that change the same products' stock run one after the other within this process, since of several
 * at once all but one would be in conflict and have to start again. Put it around the transaction, not into it; it does
 * not nest.
 */
export async function inStockTurn<T>(
  ctx: Context,
  productIds: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const tails = queues.get(ctx.db) ?? new Map<string, Promise<void>>()
  queues.set(ctx.db, tails)
  const { promise: done, resolve: leave } = Promise.withResolvers<void>()
  const products = [...new Set(productIds)]
  const before = products.map((productId) => tails.get(productId))
  // All queues are joined in one go, so that no two can wait for each other.
  for (const productId of products) tails.set(productId, done)
  try {
    await atMost(LONGEST_WAIT_MS, Promise.all(before))
    return await work()
  } finally {
    leave()
    for (const productId of products) {
      if (tails.get(productId) === done) tails.delete(productId)
    }
  }
}

async function atMost(milliseconds: number, wait: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  await Promise.race([wait, late])
  clearTimeout(timer)
}
