import { Product } from '../../../contract/index.ts'
import type { ToolOutcome } from '../../brain.ts'
import { apology } from '../apology.ts'
import { type Call, type Flow, type Turn, use } from '../flow.ts'
import { focused, type ShownProduct, shownProduct, withoutQuestion } from '../memory.ts'
import { bestDescribed, extreme, resolveProducts, saysOnlyIt } from '../references.ts'
import type { Clause } from '../understand.ts'
import { price } from '../wording.ts'
import { relevant } from './matching.ts'
import { detailsOf, findProducts, LOOKED_AT, MOST_COMPARED } from './products.ts'
import { Found, search } from './search.ts'

export const compare: Flow = function* (clause, turn) {
  const named = yield* namedProducts(clause, turn)
  const referred = resolveProducts({ ...clause, superlative: undefined }, turn.memory)
  const focus = saysOnlyIt(clause) ? focused(turn.memory) : undefined
  const others = named.length > 0 ? named : yield* findNamed(clause, turn)
  const withFocused = focus === undefined ? [] : [focus, ...others.filter(({ id }) => id !== focus.id)]
  const spoken =
    [withFocused, named, referred].find((products) => products.length >= 2) ??
    (yield* calledApart(clause, turn))
  const products = spoken?.slice(0, MOST_COMPARED) ?? turn.memory.shown.slice(0, 2)
  if (products.length < 2)
    return {
      text: 'Which two shall I compare? Search for something first, then say "compare the first and the second".',
    }
  const full: Product[] = []
  for (const product of products) {
    const outcome = yield* use('get_product', { productId: product.id }, Product)
    if (!outcome.ok) return apology(outcome.problem, product.name)
    full.push(outcome.value)
  }
  turn.memory = { ...withoutQuestion(turn.memory), shown: full.map(shownProduct) }
  const lines = full.map(
    (product, index) =>
      `${index + 1}. ${product.name}: ${price(product.price)}${product.rating === null ? '' : `, rated ${product.rating} out of 5`}, ${product.stock.available === 0 ? 'out of stock' : `${product.stock.available} in stock`}`,
  )
  return { text: `${lines.join('\n')}\n${verdict(full)}`, attach: { products: full } }
}

/** "compare the Juno with the Willow": products that are called by their names, shown before or not. */
function* namedProducts(clause: Clause, turn: Turn): Generator<Call, ShownProduct[], ToolOutcome> {
  const names = clause.terms.filter(({ kind }) => kind === 'name').map(({ value }) => value)
  const products: ShownProduct[] = names.length > 1 ? [] : describedInTurn(clause, turn)
  if (products.length > 1) return products
  for (const name of names.slice(0, MOST_COMPARED)) {
    const known = turn.memory.known.find((product) => product.name === name)
    if (known !== undefined) products.push(known)
    else {
      const outcome = yield* use('search_products', { q: name, limit: LOOKED_AT }, Found)
      const found = outcome.ok ? outcome.value.items.find((product) => product.name === name) : undefined
      if (found !== undefined) products.push(shownProduct(found))
    }
  }
  return products
}

/** "compare it with the ursa backpack": what is named beside the one that was spoken of. */
function* findNamed(clause: Clause, turn: Turn): Generator<Call, ShownProduct[], ToolOutcome> {
  if (!saysOnlyIt(clause) || clause.content.length === 0) return []
  return (yield* findProducts({ ...clause, pronoun: false }, turn)).slice(0, 1)
}

const BETWEEN_TWO = new Set(['and', 'with', 'vs', 'versus', 'or', 'to', '&', ','])

/** "compare a rio tote and an orchid tote": nothing of it was shown, so each is looked for. */
function* calledApart(clause: Clause, turn: Turn): Generator<Call, ShownProduct[] | undefined, ToolOutcome> {
  const at = clause.words.findIndex(({ normal }, index) => index > 0 && BETWEEN_TWO.has(normal))
  const telling = (words: Clause['words']) =>
    words.map(({ normal }) => normal).filter((normal) => clause.content.includes(normal))
  const sides = [telling(clause.words.slice(0, at)), telling(clause.words.slice(at + 1))]
  if (at < 0 || sides.some((side) => side.length === 0)) return undefined
  const products: ShownProduct[] = []
  for (const side of sides) {
    const outcome = yield* use('search_products', { q: side.join(' '), limit: LOOKED_AT }, Found)
    const [found] = outcome.ok ? relevant(outcome.value.items, side.join(' ')) : []
    if (found !== undefined) products.push(shownProduct(found))
  }
  turn.memory = { ...turn.memory, shown: products.length > 1 ? products : turn.memory.shown }
  return products.length > 1 ? products : undefined
}

/** "the orchid and the rio": what was shown, each by a word of its own. */
function describedInTurn(clause: Clause, { memory }: Turn): ShownProduct[] {
  const products = clause.content.flatMap((word) => {
    const found = bestDescribed({ ...clause, content: [word], kinds: [] }, memory.shown, (product) => product)
    return found.length === 1 ? found : []
  })
  return [...new Map(products.map((product) => [product.id, product])).values()]
}

function verdict(products: readonly Product[]): string {
  const [cheapest] = [...products].sort((a, b) => a.price.amount - b.price.amount)
  const [best] = [...products].sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0))
  if (cheapest === undefined || best === undefined) return ''
  if (best.rating === null) return `${cheapest.name} costs less.`
  return cheapest === best
    ? `${cheapest.name} costs less and is rated higher.`
    : `${cheapest.name} costs less, ${best.name} is rated higher.`
}

const RECOMMENDING = new Set(['recommend', 'suggest', 'should', 'buy', 'prefer', 'good', 'choose', 'pick'])

/** "which one is the best?": one of those that were shown, by what is known of them. */
export const choose: Flow = function* (clause, turn) {
  const { shown } = turn.memory
  const referred = resolveProducts({ ...clause, superlative: undefined }, turn.memory)
  const among = referred.length > 1 ? referred : shown
  const recommends = clause.words.some(({ lemma }) => RECOMMENDING.has(lemma))
  if (clause.superlative === undefined && !recommends && among.length > 1) return yield* compare(clause, turn)
  const by = clause.superlative ?? 'best'
  if (by === 'best' && among.every(({ rating }) => rating === null)) {
    const said = yield* compare(clause, turn)
    return { ...said, text: `None of them has been rated yet.\n${said.text}` }
  }
  const chosen = extreme(among, by)
  if (chosen === undefined || among.length < 2) return yield* search(clause, turn)
  const lead = {
    cheapest: 'This one costs the least:',
    dearest: 'This one costs the most:',
    best: 'I would take this one, it is rated best:',
  }[by]
  return yield* detailsOf(chosen, turn, lead)
}
