import type { Dictionary } from './dictionary.ts'
import { OPENERS } from './intents.ts'
import { NUMBER_WORDS, ORDINAL_WORDS } from './lexicon.ts'
import { isSuperlativeWord } from './superlatives.ts'
import type { Clause } from './understand.ts'
import type { Word } from './words.ts'

type Read = (words: readonly Word[]) => Clause

const SOCIAL: ReadonlySet<string> = new Set(['greeting', 'thanks', 'farewell', 'yes', 'no', 'help'])
const JOINTS = new Set(['and', 'then', ',', 'plus', 'also', '&', 'but', ';'])
const SENTENCE_ENDS = new Set(['.', '!', '?', ';'])
const POLITE = new Set(['please', 'also', 'then', 'just', 'now', 'maybe', 'instead', 'finally'])
/** Requests of which one utterance may hold several. */
const OF_SEVERAL: ReadonlySet<string> = new Set([
  ...['search', 'add', 'remove', 'update', 'details', 'stock', 'same', 'swap'],
])
/** Requests whose verb may stand for several things: "add the mug and two plates". */
const SHARED: ReadonlySet<string> = new Set(['search', 'add', 'remove'])

/**
 * What an utterance asks for, one clause for each request: what says nothing by itself belongs to its neighbour, courtesies
 * beside a request need no answer of their own, and "check out", "pay with …" and "ship to …" in one breath are one
 * purchase.
 */
export function requestsOf(words: readonly Word[], read: Read, dictionary: Dictionary): Clause[] {
  const clauses = joined(segmentsOf(words), read).flatMap((clause) => shared(clause, read, dictionary))
  const real = clauses.filter(
    ({ intent }, index) =>
      intent !== undefined &&
      !SOCIAL.has(intent) &&
      (OF_SEVERAL.has(intent) || clauses.findIndex((other) => other.intent === intent) === index),
  )
  if (real.length === 0) return clauses.slice(0, 1)
  const forbidden = real.find(({ intent }) => intent === 'forbidden')
  if (forbidden !== undefined) return [forbidden]
  const purchase =
    real.find(({ intent }) => intent === 'pay') ?? real.find(({ intent }) => intent === 'checkout')
  return real.filter(
    (clause) => clause === purchase || (clause.intent !== 'pay' && clause.intent !== 'checkout'),
  )
}

/** Cuts at the ends of sentences, and where a joint is followed by a word that opens a request. */
function segmentsOf(words: readonly Word[]): Word[][] {
  const segments: Word[][] = []
  let current: Word[] = []
  const cut = () => {
    if (current.some(({ kind }) => kind !== 'punctuation')) segments.push(current)
    current = []
  }
  for (const [index, word] of words.entries()) {
    const ends = SENTENCE_ENDS.has(word.text) && !/^\d/.test(words[index + 1]?.text ?? '')
    const joint = JOINTS.has(word.normal) && opensAfter(words, index)
    if (ends) {
      current.push(word)
      cut()
    } else if (joint && current.length > 0) cut()
    else current.push(word)
  }
  cut()
  return segments
}

function opensAfter(words: readonly Word[], index: number): boolean {
  const follower = words.slice(index + 1).find(({ normal }) => !POLITE.has(normal) && !JOINTS.has(normal))
  if (follower === undefined || !OPENERS.has(follower.lemma)) return false
  return follower.lemma !== 'check' || words[follower.index + 1]?.normal !== 'shirt'
}

/** Puts segments together again that are one request in two breaths: "I need shoes. Size 9, under 4000." */
function joined(segments: readonly Word[][], read: Read): Clause[] {
  const clauses: Clause[] = []
  let pending: readonly Word[] = []
  for (const segment of segments) {
    const clause = read([...pending, ...segment])
    const previous = clauses.at(-1)
    if (pending.length === 0 && previous?.intent === 'search' && corrects(clause)) {
      clauses[clauses.length - 1] = { ...clause, intent: 'search' }
      continue
    }
    const goesOn = previous !== undefined && previous.intent === clause.intent && asksOnly(clause)
    if (goesOn && pending.length === 0) continue
    if (pending.length === 0 && previous !== undefined && isDependent(clause) && takesMore(previous)) {
      clauses[clauses.length - 1] = read([...previous.words, ...segment])
    } else if (clause.intent === undefined || (isSocial(clause) && namesSomething(clause))) {
      pending = clause.words
    } else {
      pending = []
      clauses.push(clause)
    }
  }
  if (pending.length > 0) {
    const previous = clauses.at(-1)
    const rest = read(pending)
    if (previous !== undefined && !isSocial(previous) && takesMore(previous))
      clauses[clauses.length - 1] = read([...previous.words, ...pending])
    else if (clauses.length === 0 || rest.content.length > 0 || rest.terms.length > 0) clauses.push(rest)
  }
  return clauses
}

const isSocial = ({ intent }: Clause) => intent !== undefined && SOCIAL.has(intent)

/** "the second one looks nice" is no courtesy. */
function namesSomething({ content, quantities, kinds }: Clause): boolean {
  return content.length > 0 || kinds.length > 0 || quantities.ordinals.length > 0
}

const CORRECTING = new Set(['no', 'sorry', 'actually', 'wait', 'oops'])

/** "any candles? no wait, vases" */
function corrects({ words, kinds, intent }: Clause): boolean {
  const [first] = words
  const speaks = intent !== undefined && intent !== 'search' && !SOCIAL.has(intent)
  return first !== undefined && CORRECTING.has(first.normal) && kinds.length > 0 && !speaks
}

/** Wishes alone, without a thing or a verb of their own. */
function isDependent({ intent, kinds, scores, content, quantities, excluded, sort }: Clause): boolean {
  if (intent !== undefined && intent !== 'search') return false
  const wishes =
    quantities.size !== undefined || quantities.maxPrice !== undefined || quantities.minPrice !== undefined
  return (
    kinds.length === 0 &&
    (scores.get('search') ?? 0) <= 4 &&
    (wishes || excluded.length > 0 || content.length > 0 || sort !== undefined)
  )
}

/** "is it any good? what is the rating?": two questions about one thing. */
function asksOnly({ intent, content, quantities }: Clause): boolean {
  return (
    (intent === 'details' || intent === 'stock') && content.length === 0 && quantities.ordinals.length === 0
  )
}

function takesMore({ intent }: Clause): boolean {
  return intent === 'search' || intent === 'add'
}

/** "show me backpacks and mugs", "add the first and two of the third": the verb holds for both. */
function shared(clause: Clause, read: Read, dictionary: Dictionary): Clause[] {
  const intent = clause.intent ?? (clause.kinds.length > 1 ? 'search' : undefined)
  if (intent === undefined || !SHARED.has(intent)) return [clause]
  const { words } = clause
  for (const [index, { normal }] of words.entries()) {
    if (normal !== 'and' && normal !== '&' && normal !== ',' && normal !== 'plus') continue
    const left = words.slice(0, index)
    const right = words.slice(index + 1)
    if (!namesThing(left, dictionary) || !namesThing(right, dictionary)) continue
    if (!endsInThing(left, dictionary) && !beginsThing(right) && !isThingAtLast(read(left))) continue
    const ownCount = read(right).quantities.quantity !== undefined
    if (left.some(isOrdinal) && right.some(isOrdinal) && !ownCount) continue
    const first = { ...read(left), intent }
    return [first, ...shared({ ...read(right), intent }, read, dictionary)]
  }
  return [clause]
}

const isOrdinal = ({ normal }: Word, index: number, words: readonly Word[]) =>
  ORDINAL_WORDS.has(normal) && !isSuperlativeWord(words[index - 1] ?? NO_WORD)
const NO_WORD = { normal: '' }

function namesThing(words: readonly Word[], dictionary: Dictionary): boolean {
  return words.some((word, index) => dictionary.isKind(word.lemma) || isOrdinal(word, index, words))
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
  return last !== undefined && (dictionary.isKind(last.lemma) || ORDINAL_WORDS.has(last.normal))
}
