import type { CatalogWords } from './dictionary.ts'
import type { Wish } from './filters.ts'
import { given } from './flow.ts'
import type { Search, SearchFilters } from './memory.ts'

/** One way to search; all but the first give up some of what was wished for. */
export interface Attempt {
  readonly filters: SearchFilters
  /** Whether everything that was wished for is asked for. */
  readonly whole: boolean
  /** Colours that do as well as the one in the filters. */
  readonly colors: readonly string[]
}

/** Nothing was said of what is wanted. */
export function isEmpty({ filters, minRating }: Search): boolean {
  return minRating === undefined && Object.keys(filters).every((key) => key === 'inStock' || key === 'limit')
}

/**
 * The search as asked, then with ever fewer wishes.
 * @param catalog the brands and colours that there are
 */
export function attemptsFor(
  { search, own }: Wish,
  catalog: Pick<CatalogWords, 'brands' | 'colors'>,
): Attempt[] {
  const { filters } = search
  const { category, brand, color, size, minPrice, maxPrice, q } = filters
  const without = (...keys: Array<keyof SearchFilters>) =>
    given({ ...filters, ...Object.fromEntries(keys.map((key) => [key, undefined])) }) as SearchFilters
  const colors =
    color === undefined ? [] : [...search.colors, ...shadesOf([color, ...search.colors], catalog.colors)]
  const tries: Attempt[] = [{ filters, whole: true, colors }]
  if (brand !== undefined && !catalog.brands.includes(brand)) {
    const branded = { ...search, filters: without('brand') }
    const rest = isEmpty(branded) ? [] : attemptsFor({ search: branded, own: branded }, catalog)
    return [...tries, ...rest.map((attempt) => ({ ...attempt, whole: false }))]
  }
  const less = (filtersLeft: SearchFilters, also: readonly string[] = []) =>
    tries.push({ filters: filtersLeft, whole: false, colors: also })
  if (category !== undefined && q !== undefined) less(without('category'), colors)
  if (color !== undefined && size !== undefined) less(without('size'), colors)
  if (color !== undefined || size !== undefined) less(without('color', 'size'))
  if (own !== search && !isEmpty(own)) less(own.filters)
  if (brand !== undefined) less(without('brand'))
  if (minPrice !== undefined || maxPrice !== undefined)
    less({
      ...without('minPrice', 'maxPrice', 'color', 'size'),
      sort: minPrice === undefined ? 'price' : '-price',
    })
  return tries.filter(
    ({ filters: left }) =>
      Object.keys(left).some((key) => key !== 'sort' && key !== 'inStock') || isOnlySort(filters),
  )
}

/** "blue" is met by "Sky Blue" too. */
function shadesOf(colors: readonly string[], catalog: readonly string[]): string[] {
  return catalog.filter(
    (shade) =>
      !colors.includes(shade) &&
      colors.some((color) => shade.toLowerCase().split(' ').includes(color.toLowerCase())),
  )
}

function isOnlySort(filters: SearchFilters): boolean {
  return Object.keys(filters).every((key) => key === 'sort' || key === 'inStock')
}
