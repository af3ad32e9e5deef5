import { z } from 'zod'

/**
 * What the tools of a session have told, boiled down to what an answer may claim. The latest stand last.
 */
export const Evidence = z.object({
  /** In minor units. */
  amounts: z.array(z.int()).default([]),
  /** How many there are of something. */
  stock: z.array(z.number()).default([]),
  percents: z.array(z.number()).default([]),
  /** Percentages that a product's text states, such as its share of cotton: no discounts. */
  stated: z.array(z.number()).default([]),
  points: z.array(z.number()).default([]),
  ratings: z.array(z.number()).default([]),
  /** Numbers that stand in texts, such as a coupon's description. */
  numbers: z.array(z.number()).default([]),
  names: z.array(z.string()).default([]),
  /** Order numbers, coupons and the like. */
  codes: z.array(z.string()).default([]),
})
export type Evidence = z.infer<typeof Evidence>

export const NO_EVIDENCE: Evidence = {
  amounts: [],
  stock: [],
  percents: [],
  stated: [],
  points: [],
  ratings: [],
  numbers: [],
  names: [],
  codes: [],
}

/** So much of each kind is kept from one run to the next. */
const MOST_KEPT = 200
const LONGEST_NAME = 200
const NUMBER = /\d+(?:,\d+)*(?:\.\d+)?/g
const PERCENT = /(\d+(?:\.\d+)?)\s?%/g
const CODE = /\b(?=[A-Z0-9-]*\d)[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*\b/g
/** Fields that no answer names: they would only push out what it does. */
const UNSPOKEN = new Set(['id', 'sku', 'slug', 'url', 'image', 'productId', 'itemId', 'orderId', 'hash'])

/** Texts that whoever lists a product writes. */
const PRODUCT_TEXTS = new Set(['description', 'tags', 'category', 'brand', 'images'])

/** What a number stands for, by the field in which it stands. */
const FIELDS: ReadonlyMap<string, 'stock' | 'percents' | 'points' | 'ratings'> = new Map([
  ['available', 'stock'],
  ['quantity', 'stock'],
  ['discountPercent', 'percents'],
  ['value', 'percents'],
  ['points', 'points'],
  ['lifetimePoints', 'points'],
  ['pointsToNextTier', 'points'],
  ['pointsEarned', 'points'],
  ['pointsRedeemed', 'points'],
  ['rating', 'ratings'],
])

type Sets = {
  readonly [K in keyof Evidence]: Set<Evidence[K][number]>
}

/** What a session knows with what the given results add. */
export function withResults(before: Evidence, results: readonly unknown[]): Evidence {
  const found: Sets = {
    amounts: new Set(before.amounts),
    stock: new Set(before.stock),
    percents: new Set(before.percents),
    stated: new Set(before.stated),
    points: new Set(before.points),
    ratings: new Set(before.ratings),
    numbers: new Set(before.numbers),
    names: new Set(before.names),
    codes: new Set(before.codes),
  }
  for (const result of results) gather(result, '', found)
  return listed(found, (values) => [...values])
}

/** The part that is kept for later runs. */
export function kept(evidence: Evidence): Evidence {
  return listed(evidence, (values) => [...values].slice(-MOST_KEPT))
}

function listed(
  from: Evidence | Sets,
  list: <T extends string | number>(values: Iterable<T>) => T[],
): Evidence {
  return {
    amounts: list<number>(from.amounts),
    stock: list<number>(from.stock),
    percents: list<number>(from.percents),
    stated: list<number>(from.stated),
    points: list<number>(from.points),
    ratings: list<number>(from.ratings),
    numbers: list<number>(from.numbers),
    names: list<string>(from.names),
    codes: list<string>(from.codes),
  }
}

function gather(value: unknown, field: string, found: Sets): void {
  if (typeof value === 'number') {
    const kind = FIELDS.get(field)
    if (kind !== undefined) found[kind].add(value)
  } else if (typeof value === 'string') gatherText(value, field, found)
  else if (Array.isArray(value)) for (const entry of value) gather(entry, field, found)
  else if (typeof value === 'object' && value !== null) {
    if ('amount' in value && Number.isInteger(value.amount) && 'currency' in value) {
      found.amounts.add(Number(value.amount))
      return
    }
    const product = 'variants' in value && 'slug' in value
    for (const [name, inner] of Object.entries(value)) {
      if (UNSPOKEN.has(name)) continue
      if (product && PRODUCT_TEXTS.has(name)) gatherStated(inner, found)
      else gather(inner, name, found)
    }
  }
}

function gatherText(text: string, field: string, found: Sets): void {
  if (field === 'name') {
    if (text.length <= LONGEST_NAME) found.names.add(text)
    for (const [, digits = ''] of text.matchAll(PERCENT)) found.stated.add(Number(digits))
    return
  }
  for (const [code] of text.matchAll(CODE)) found.codes.add(code)
  for (const [, digits = ''] of text.matchAll(PERCENT)) found.percents.add(Number(digits))
  for (const [digits] of text.matchAll(NUMBER)) found.numbers.add(Number(digits.replaceAll(',', '')))
}

/** What a product's text says is repeated as a fact of it, but it gives no discount and names no order. */
function gatherStated(value: unknown, found: Sets): void {
  const texts = Array.isArray(value) ? value : [value]
  for (const text of texts) {
    if (typeof text !== 'string') continue
    for (const [, digits = ''] of text.matchAll(PERCENT)) found.stated.add(Number(digits))
  }
}
