import { isSocial, namesSomething, namesWish, type Read, SOCIAL, standsAlone } from './clause-senses.ts'
import type { Dictionary } from './dictionary.ts'
import { unpunctuated } from './run-on.ts'
import { segmentsOf } from './segments.ts'
import { shared } from './shared-verb.ts'
import type { Clause } from './understand.ts'
import type { Word } from './words.ts'

/** Requests of which one utterance may hold several. */
const OF_SEVERAL: ReadonlySet<string> = new Set([
  ...['search', 'add', 'remove', 'update', 'details', 'stock', 'same', 'swap'],
])

/**
 * What an utterance asks for, one clause for each request: what says nothing by itself belongs to its neighbour, courtesies
 * beside a request need no answer of their own, and "check out", "pay with …" and "ship to …" in one breath are one
 * purchase.
 */
export function requestsOf(words: readonly Word[], read: Read, dictionary: Dictionary): Clause[] {
  const clauses = joined(segmentsOf(words), read)
    .flatMap((clause) => unpunctuated(clause, read))
    .flatMap((clause) => shared(clause, read, dictionary))
  const real = clauses.filter((clause, index) => {
    const { intent } = clause
    if (intent === undefined) return clauses.length > 1 && namesWish(clause)
    const again = !OF_SEVERAL.has(intent) && clauses.findIndex((other) => other.intent === intent) < index
    return !SOCIAL.has(intent) && !again
  })
  if (real.length === 0) return clauses.slice(0, 1)
  // "I bought the wrong size, can I exchange it?" tells why and asks how: the return answers both.
  const supposes = real.some(
    ({ intent, words: said }) => intent === 'return_question' && said.some(({ normal }) => normal === 'if'),
  )
  const spared = supposes ? 'return' : 'return_question'
  const both = real.some(({ intent }) => intent === 'return') && real.some(({ intent }) => intent === spared)
  const single = both ? real.filter(({ intent }) => intent !== spared) : real
  const forbidden = real.find(({ intent }) => intent === 'forbidden')
  if (forbidden !== undefined) return [forbidden]
  const purchase =
    real.find(({ intent }) => intent === 'pay') ?? real.find(({ intent }) => intent === 'checkout')
  return single.filter(
    (clause) => clause === purchase || (clause.intent !== 'pay' && clause.intent !== 'checkout'),
  )
}

/** Puts segments together again that are one request in two breaths: "I need shoes. Size 9, under 4000." */
function joined(segments: readonly Word[][], read: Read): Clause[] {
  const clauses: Clause[] = []
  let pending: readonly Word[] = []
  for (const segment of segments) {
    const alone = pending.length > 0 ? read(segment) : undefined
    if (alone !== undefined && standsAlone(alone) && namesWish(read(pending))) {
      clauses.push(read(pending))
      pending = []
    }
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

const CORRECTING = new Set(['no', 'sorry', 'actually', 'wait', 'oops'])

/** "any candles? no wait, vases" */
function corrects({ words, kinds, intent, content, quantities }: Clause): boolean {
  const [first] = words
  const names = kinds.length > 0 || content.length > 0 || quantities.ordinals.length > 0
  const speaks = intent !== undefined && intent !== 'search' && !SOCIAL.has(intent)
  return first !== undefined && CORRECTING.has(first.normal) && names && !speaks
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
