import { z } from 'zod'
import type { Product } from '../../src/contract/index.ts'

const Words = z.union([z.string(), z.array(z.string())])

/** A query, and by what attributes a product answers it. */
export const SearchCase = z.strictObject({
  q: z.string(),
  relevant: z.strictObject({
    /** The product's name holds one of these. */
    name: Words.optional(),
    brand: z.string().optional(),
    /** One of its variants has it. */
    color: z.string().optional(),
  }),
})
export type SearchCase = z.infer<typeof SearchCase>
export const SearchCases = z.array(SearchCase)

/** What a shopper looks at. */
export const DEPTH = 10

/** 2 for a product that answers the whole query, 1 for one of the right kind, else 0. */
export function gradeOf({ relevant }: SearchCase, product: Product): number {
  const { name, brand, color } = relevant
  const names = name === undefined ? [] : [name].flat()
  const lower = ` ${product.name.toLowerCase()} `
  const called = names.length === 0 || names.some((part) => lower.includes(` ${part.toLowerCase()} `))
  if (!called) return 0
  const ofBrand = brand === undefined || product.brand === brand
  const colored = color === undefined || product.variants.some((variant) => variant.color === color)
  if (ofBrand && colored) return 2
  return names.length > 0 ? 1 : 0
}

export interface SearchScore {
  /** 1 divided by the place of the first product that answers the whole query. */
  readonly reciprocalRank: number
  readonly ndcg: number
}

/** How well a result list answers a query, given the whole catalog. */
export function scoreOf(
  search: SearchCase,
  found: readonly Product[],
  catalog: readonly Product[],
): SearchScore {
  const grades = found.slice(0, DEPTH).map((product) => gradeOf(search, product))
  const first = grades.indexOf(2)
  const all = catalog.map((product) => gradeOf(search, product)).sort((a, b) => b - a)
  // Where some answer the whole query, leaving the others out is no fault.
  const ideal = (all[0] === 2 ? all.filter((grade) => grade === 2) : all).slice(0, DEPTH)
  const best = gainOf(ideal)
  return {
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
    ndcg: best === 0 ? 0 : Math.min(1, gainOf(grades) / best),
  }
}

function gainOf(grades: readonly number[]): number {
  return grades.reduce((sum, grade, index) => sum + (2 ** grade - 1) / Math.log2(index + 2), 0)
}
