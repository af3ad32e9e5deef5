import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible'
import { z } from 'zod'
import type { Rate } from '../config.ts'
import { defineCollection } from './collection.ts'
import type { Context } from './context.ts'
import { type LimitState, ShopError } from './errors.ts'

export const rateLimits = defineCollection({
  name: 'rate_limits',
  schema: z.object({ key: z.string(), points: z.number(), expire: z.date().nullable() }),
  indexes: [
    { key: { key: 1 }, unique: true },
    { key: { expire: 1 }, expireAfterSeconds: 0 },
  ],
})

export interface Limit {
  /** Takes one point, also when none is left. */
  consume(key: string): Promise<LimitState>
  /** Looks without taking. */
  peek(key: string): Promise<LimitState>
}

/** A limit that all instances on the database share. Needs the collection `rate_limits`. */
export function sharedLimit(ctx: Pick<Context, 'db'>, name: string, rate: Rate): Limit {
  const limiter = new RateLimiterMongo({
    storeClient: ctx.db,
    tableName: rateLimits.name,
    keyPrefix: name,
    points: rate.points,
    duration: rate.perMs / 1000,
    disableIndexesCreation: true,
  })
  return describe(name, rate, limiter)
}

function describe(name: string, rate: Rate, limiter: RateLimiterMongo): Limit {
  const windowSeconds = Math.max(1, Math.ceil(rate.perMs / 1000))
  const state = (allowed: boolean, result: RateLimiterRes | null): LimitState => ({
    name,
    allowed,
    points: rate.points,
    windowSeconds,
    remaining: result === null ? rate.points : Math.max(0, result.remainingPoints),
    resetSeconds: result === null ? windowSeconds : Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
  })
  return {
    async consume(key) {
      try {
        return state(true, await limiter.consume(key))
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return state(false, refusal)
        throw refusal
      }
    },
    async peek(key) {
      const result = await limiter.get(key)
      return state(result === null || result.consumedPoints < rate.points, result)
    },
  }
}

/** @throws ShopError `rate_limited` when the state does not allow more */
export function requireAllowed(state: LimitState): void {
  if (state.allowed) return
  throw new ShopError('rate_limited', undefined, { retryAfter: state.resetSeconds, limit: state })
}
