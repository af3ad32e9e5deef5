import type { Read } from './clause-senses.ts'
import type { Dictionary } from './dictionary.ts'
import { CUE_WORDS } from './intents.ts'
import { FILLER, NUMBER_WORDS, ORDINAL_WORDS } from './lexicon.ts'
import { isSuperlativeWord } from './superlatives.ts'
import type { Clause } from './understand.ts'
import type { Word } from './words.ts'

/** Requests whose verb may stand for several things: "add the mug and two plates". */
const SHARED: ReadonlySet<string> = new Set(['search', 'add', 'remove'])

/** "show me backpacks and mugs", "add the first and two of the third": the verb holds for both. */
export function shared(clause: Clause, read: Read, dictionary: Dictionary): Clause[] {
  const intent = clause.intent ?? (clause.kinds.length > 1 ? 'search' : undefined)
  if (intent === undefined || !SHARED.has(intent)) return [clause]
  const { words } = clause
  for (const [index, { normal }] of words.entries()) {
    if (!SHARING.has(normal) || (normal === 'or' && intent !== 'search')) continue
    const left = words.slice(0, index)
    const right = words.slice(index + 1)
    const isForeign = (part: readonly Word[]) => intent === 'search' && isForeignThing(read(part))
    if (![left, right].every((part) => namesThing(part, dictionary) || isForeign(part))) continue
    if (normal === ',' && !(read(left).kinds.length > 0 || left.some(isOrdinal))) continue
    const named = namesProduct(read(left)) && namesProduct(read(right))
    const leftEnds = endsInThing(left, dictionary) || isForeign(left) || isThingAtLast(read(left))
    if (!named && !leftEnds && !beginsThing(right)) continue
    if (normal === 'or' && !ofOtherKinds(read(left), read(right))) continue
    const ownCount = read(right).quantities.quantity !== undefined
    if (left.some(isOrdinal) && right.some(isOrdinal) && !ownCount) continue
    const rest = shared({ ...read(right), intent }, read, dictionary)
    return [{ ...withLimits(read(left), rest.at(-1)), intent }, ...rest]
  }
  return [clause]
}

/** "mugs or vases under 500": a limit at the end holds for all. */
function withLimits(first: Clause, last: Clause | undefined): Clause {
  const { minPrice, maxPrice } = first.quantities
  if (last === undefined || minPrice !== undefined || maxPrice !== undefined) return first
  const { minPrice: least, maxPrice: most, around } = last.quantities
  return { ...first, quantities: { ...first.quantities, minPrice: least, maxPrice: most, around } }
}

/** What may stand between two things that one verb holds for. */
const SHARING = new Set(['and', '&', ',', 'plus', 'or'])

function namesProduct({ terms }: Clause): boolean {
  return terms.some(({ kind }) => kind === 'name')
}

/** "earrings or a necklace", but not "black or white shoes". */
function ofOtherKinds(left: Clause, right: Clause): boolean {
  return left.kinds.length > 0 && right.kinds.length > 0 && left.kinds.at(-1) !== right.kinds.at(-1)
}

const isOrdinal = ({ normal }: Word, index: number, words: readonly Word[]) =>
  ORDINAL_WORDS.has(normal) && !isSuperlativeWord(words[index - 1] ?? NO_WORD)
const NO_WORD = { normal: '' }

function namesThing(words: readonly Word[], dictionary: Dictionary): boolean {
  return words.some((word, index) => isThing(word, dictionary) || isOrdinal(word, index, words))
}

/** A thing of the catalog's kinds, or several of what it only uses to describe: "dumbbells". */
function isThing({ lemma, normal, naming }: Word, dictionary: Dictionary): boolean {
  const plural = normal.endsWith('s') && normal !== lemma && naming && !FILLER.has(normal)
  return dictionary.isKind(lemma) || (plural && dictionary.knows(lemma))
}

/** "tees and kurtas": a thing that is not sold here is looked for by itself, and then told to be missing. */
function isForeignThing({ content, words }: Clause): boolean {
  const [name, ...more] = content
  const word = words.find(({ normal }) => normal === name)
  if (word === undefined || more.length > 0) return false
  const { naming, normal, lemma } = word
  return naming && normal.endsWith('s') && !CUE_WORDS.has(lemma) && !CUE_WORDS.has(normal)
}

/** "bags under 3k and …": behind the thing stand only its price or its size. */
function isThingAtLast({ kinds, words, content }: Clause): boolean {
  const last = words.find(({ normal }) => normal === content.at(-1))
  return last !== undefined && kinds.includes(last.lemma)
}

/** "… and a mug", "… and two plates". */
function beginsThing([first]: readonly Word[]): boolean {
  return (
    first !== undefined &&
    (first.normal === 'the' || first.kind === 'number' || NUMBER_WORDS.has(first.normal))
  )
}

/** "black and white shoes" is one thing, "shoes and socks" are two. */
function endsInThing(words: readonly Word[], dictionary: Dictionary): boolean {
  const last = words.findLast(({ normal }) => normal !== 'one' && normal !== 'also')
  return last !== undefined && (isThing(last, dictionary) || ORDINAL_WORDS.has(last.normal))
}
