import type { Product } from '../../../contract/index.ts'
import type { Said, Turn } from '../flow.ts'
import { AUDIENCES } from '../lexicon.ts'
import {
  type Search,
  type SearchFilters,
  shownProduct,
  withFocus,
  withoutQuestion,
  withShown,
} from '../memory.ts'
import type { Clause } from '../understand.ts'
import { joined, price, productLine, variantName } from '../wording.ts'
import { leftOf } from './matching.ts'

/** How a list came about. */
export interface Origin {
  readonly wanted: Search
  /** The filters that brought it. */
  readonly filters: SearchFilters
  /** Whether it is all that was wished for. */
  readonly exact: boolean
  /** What stands above it in place of what was looked for. */
  readonly opening?: string
}

/** Lists products and remembers them as what "the second one" points into. */
export function present(clause: Clause, turn: Turn, products: readonly Product[], origin: Origin): Said {
  const { wanted } = origin
  const before = turn.listed ?? []
  const all = [...before, ...products]
  turn.listed = all
  turn.memory = {
    ...withShown(withoutQuestion(turn.memory), all),
    lastSearch: wanted,
    question: { about: 'product', quantity: clause.quantities.quantity ?? 1 },
  }
  const [first] = products
  const extreme = first === undefined ? undefined : extremeName(clause)
  if (first !== undefined && extreme !== undefined && before.length === 0)
    turn.memory = withFocus(turn.memory, shownProduct(first))
  const lines = products
    .map((product, index) => {
      const soldOut = product.stock.available > 0 && leftOf(product, wanted.filters) === 0
      const note = soldOut ? `, sold out${variantName(wanted.filters)}` : ''
      return productLine(product, before.length + index + 1) + note
    })
    .join('\n')
  const best =
    extreme === undefined || first === undefined || products.length === 1
      ? ''
      : ` ${first.name} is the ${extreme}.`
  const closing =
    all.length === 1
      ? 'Shall I add it to your cart?'
      : `Tell me which one you like, for example "add the ${before.length === 0 ? 'second' : 'first'} one".`
  return {
    text: `${openingOf(origin, products, turn)}\n${lines}\n${closing}${best}`,
    attach: { products: all },
  }
}

function openingOf({ wanted, filters, exact, opening }: Origin, products: readonly Product[], turn: Turn) {
  if (opening !== undefined) return opening
  const what = describe(wanted, turn)
  if (exact)
    return `Here ${products.length === 1 ? 'is what' : `are ${products.length}`} I found for ${what}:`
  const { color, brand } = wanted.filters
  const colors = [...new Set(products.flatMap(({ variants }) => variants.flatMap((one) => one.color ?? [])))]
  if (color !== undefined && filters.color === undefined && colors.length > 0)
    return `I found no exact match for ${what}. There is ${joined(colors)}:`
  if (brand !== undefined && filters.brand === undefined)
    return `I found nothing by ${brand} like that, but this comes close:`
  return `I found no exact match for ${what}, but this comes close:`
}

function extremeName(clause: Clause): string | undefined {
  const says = (...words: string[]) => clause.words.some(({ normal }) => words.includes(normal))
  if (clause.superlative === 'cheapest' && says('cheapest', 'lowest', 'least', 'most')) return 'cheapest'
  if (clause.superlative === 'dearest' && says('most', 'costliest', 'priciest', 'dearest', 'highest'))
    return 'most expensive'
  return clause.superlative === 'best' && says('best', 'highest', 'top') ? 'best rated' : undefined
}

const PEOPLE: ReadonlySet<string> = new Set(AUDIENCES.values())

/** What was looked for, in the customer's own figures. */
export function describe({ filters, around, excluded, colors }: Search, turn: Turn): string {
  const money = (amount: number) => price({ amount, currency: turn.currency })
  const { color, brand, q, category, size, minPrice, maxPrice } = filters
  const colored = color === undefined ? undefined : joined([color, ...colors], 'or')
  const words = q?.split(' ') ?? []
  const whom = words.filter((word) => PEOPLE.has(word))
  const things = words.filter((word) => !PEOPLE.has(word)).join(' ')
  const named =
    things === '' ? (category?.toLowerCase() ?? (whom.length === 0 ? undefined : 'something')) : things
  const what = [colored, brand, named].filter((part) => part !== undefined).join(' ')
  const limits = [
    whom.length === 0 ? undefined : `for ${joined(whom)}`,
    size === undefined ? undefined : `in size ${size}`,
    priceWords(around, minPrice, maxPrice, turn, money),
    excluded.length === 0 ? undefined : `but not ${joined(excluded, 'or')}`,
  ].filter((part) => part !== undefined)
  return [what === '' ? (limits.length === 0 ? 'you' : 'that') : what, ...limits].join(' ')
}

function priceWords(
  around: number | undefined,
  minPrice: number | undefined,
  maxPrice: number | undefined,
  turn: Turn,
  money: (amount: number) => string,
): string | undefined {
  if (around !== undefined) return `around ${money(around)}`
  const known = turn.memory.known.some(({ price: own }) => own - 1 === maxPrice || own + 1 === minPrice)
  if (known) return minPrice === undefined ? 'for less' : 'for more'
  if (minPrice !== undefined && maxPrice !== undefined)
    return `between ${money(minPrice)} and ${money(maxPrice)}`
  if (maxPrice !== undefined) return `up to ${money(maxPrice)}`
  return minPrice === undefined ? undefined : `from ${money(minPrice)}`
}
