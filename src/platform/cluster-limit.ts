import type { Logger } from 'pino'
import { RateLimiterMemory, RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible'
import type { Rate } from '../config.ts'
import type { Context } from './context.ts'
import type { LimitState } from './errors.ts'
import { rateLimits } from './limits.ts'
import { within } from './time-limit.ts'

/** An instance takes points from the store in so many parts of the whole. */
const PARTS = 20
/** The store has so long to answer; then this instance counts alone for a while. */
const ANSWER_MS = 500
const ALONE_MS = 5_000
/** Without the store each instance allows this share, for it cannot know what the others do. */
const ALONE_SHARE = 0.5
const MOST_KEYS = 50_000

/** What this instance may still spend of a key's points without asking the store. */
interface Pool {
  left: number
  /** Points that nobody has taken yet, when the store was last asked. */
  readonly unclaimed: number
  /** Milliseconds since 1970 at which the window ends. */
  readonly until: number
}

/** A limit that only counts, for doors that ask at every request. */
export interface CountingLimit {
  /** Takes one point, also when none is left. Never rejects. */
  consume(key: string): Promise<LimitState>
}

/**
 * A limit that all instances on the database share, at the price of one write for a twentieth of its points: an
 * instance takes points in such parts and spends them from memory. All instances together never allow more than the
 * limit; one may refuse up to a twentieth early for each other instance that holds points. A key that has used its
 * points up costs nothing more until its window ends. While the store is away each instance allows half the limit.
 */
export function clusterLimit(
  ctx: Pick<Context, 'db' | 'clock' | 'log'>,
  name: string,
  rate: Rate,
): CountingLimit {
  const duration = rate.perMs / 1000
  const part = Math.max(1, Math.floor(rate.points / PARTS))
  const shared = new RateLimiterMongo({
    storeClient: ctx.db,
    tableName: rateLimits.name,
    // instances that were given another limit count for themselves
    keyPrefix: `${name}:${rate.points}:${rate.perMs}`,
    points: rate.points,
    duration,
    disableIndexesCreation: true,
  })
  const alone = new RateLimiterMemory({
    keyPrefix: name,
    points: Math.max(1, Math.floor(rate.points * ALONE_SHARE)),
    duration,
  })
  const pools = new Map<string, Pool>()
  const asking = new Map<string, Promise<Pool>>()
  let aloneUntil = 0
  const now = (): number => ctx.clock.now().getTime()

  const ask = async (key: string): Promise<Pool> => {
    const result = await within(ANSWER_MS, take(shared, key, part))
    const before = result.consumedPoints - part
    const pool = {
      left: Math.min(part, Math.max(0, rate.points - before)),
      unclaimed: Math.max(0, result.remainingPoints),
      until: now() + result.msBeforeNext,
    }
    pools.delete(key)
    pools.set(key, pool)
    const [oldest] = pools.keys()
    if (pools.size > MOST_KEYS && oldest !== undefined) pools.delete(oldest)
    return pool
  }
  /** Several requests at once wait for one answer of the store. */
  const refill = (key: string): Promise<Pool> => {
    const under = asking.get(key) ?? ask(key).finally(() => asking.delete(key))
    asking.set(key, under)
    return under
  }
  const spend = async (key: string): Promise<{ pool: Pool; allowed: boolean }> => {
    for (;;) {
      const pool = pools.get(key)
      if (pool !== undefined && pool.until > now()) {
        if (pool.left > 0) {
          pool.left -= 1
          return { pool, allowed: true }
        }
        if (pool.unclaimed === 0) return { pool, allowed: false }
      }
      await refill(key)
    }
  }
  return {
    async consume(key) {
      const state = stateMaker(name, rate)
      if (now() >= aloneUntil) {
        try {
          const { pool, allowed } = await spend(key)
          return state(allowed, pool.left + pool.unclaimed, pool.until - now())
        } catch (error) {
          aloneUntil = now() + ALONE_MS
          warn(ctx.log, name, error)
        }
      }
      const result = await take(alone, key, 1)
      const { remainingPoints, msBeforeNext, consumedPoints } = result
      return state(consumedPoints <= alone.points, remainingPoints, msBeforeNext)
    },
  }
}

/** The limiter rejects with what is left, too, when that is nothing. */
async function take(
  limiter: RateLimiterMemory | RateLimiterMongo,
  key: string,
  points: number,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key, points)
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal
    throw refusal
  }
}

function stateMaker(name: string, rate: Rate) {
  return (allowed: boolean, remaining: number, resetMs: number): LimitState => ({
    name,
    allowed,
    points: rate.points,
    windowSeconds: Math.max(1, Math.ceil(rate.perMs / 1000)),
    remaining: Math.max(0, remaining),
    resetSeconds: Math.max(1, Math.ceil(resetMs / 1000)),
  })
}

function warn(log: Logger, name: string, error: unknown): void {
  log.warn({ err: error, limit: name }, 'the store of the limits is away; counting alone, at half the limit')
}
