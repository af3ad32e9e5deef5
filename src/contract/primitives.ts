import { z } from 'zod'

/** An opaque identifier. One that cannot exist is `not_found`, whatever it looks like, so nothing is checked here. */
export const Id = z.string()

/** ISO 8601 in UTC. */
export const Time = z.iso.datetime()

/** ISO 4217, upper case. */
export const CurrencyCode = z.string().regex(/^[A-Z]{3}$/)

/** An integer in the currency's minor unit. */
export const Money = z.object({ amount: z.int(), currency: CurrencyCode }).meta({ id: 'Money' })
export type Money = z.infer<typeof Money>

/** A request field that may be left out or null, which mean the same. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** Text that is whole Unicode: half a surrogate pair would be stored as another character than was sent. */
export function wellFormed<T extends z.ZodString>(schema: T) {
  return schema.refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
}

/** Text without line breaks or other control characters, trimmed, not empty. */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not hold control characters or halves of surrogate pairs')
}

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** A whole number in a query string, in decimal digits and nothing else. */
function queryInteger(min: number, max: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value),
    z.int('must be a whole number').min(min).max(max),
  )
}

export const PageQuery = z.strictObject({
  page: queryInteger(1, 1_000_000).default(1),
  limit: queryInteger(1, 100).default(20),
})

export const QueryAmount = queryInteger(0, Number.MAX_SAFE_INTEGER)

export const QueryFlag = z.enum(['true', 'false']).transform((value) => value === 'true')

/** A page of a longer list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), page: z.int(), limit: z.int(), total: z.int() })
}

export interface Page<T> {
  readonly items: T[]
  readonly page: number
  readonly limit: number
  readonly total: number
}

/** A list that comes whole. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) })
}

/** A body or payload that has nothing in it. */
export const Empty = z.strictObject({})

/** The client's name for one try of a command that must not happen twice. */
export const IdempotencyKey = wellFormed(z.string().min(1).max(128))
