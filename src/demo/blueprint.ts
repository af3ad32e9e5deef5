import type { ShapeName } from '../features/catalog/index.ts'

type Some<T> = readonly [T, ...T[]]

/** A kind of thing within a category. */
export interface Kind {
  /** How its name ends: `Aviator Sunglasses`. */
  readonly noun: string
  readonly shape: ShapeName
  /** Whole rupees, from the cheapest to the dearest. */
  readonly price: readonly [number, number]
  readonly tags: readonly string[]
  /** What it is, with `{material}` filled in. */
  readonly intro: string
  /** Where this kind differs from its category. Without colours it comes in one. */
  readonly materials?: Some<string>
  readonly colors?: readonly string[]
  readonly sizes?: readonly string[]
}

/** From what the demo products of a category are put together. */
export interface Blueprint {
  readonly category: string
  /** Three letters that begin its skus. */
  readonly code: string
  readonly brands: Some<string>
  readonly kinds: Some<Kind>
  readonly materials: Some<string>
  readonly colors: Some<string>
  /** How many of the colours a product comes in, at least and at most; two to four without it. */
  readonly colorsEach?: readonly [number, number]
  readonly sizes: readonly string[]
  /** By how much a variant's price rises from one size to the next, in whole rupees. */
  readonly sizeStep?: number
  /** Sentences of which some are said of each product. */
  readonly features: readonly string[]
  readonly tags: readonly string[]
}
