import type { Word } from '../words.ts'

/** What was found in the words, for cues that do not care which. */
export type Slot =
  | 'product'
  | 'kind'
  | 'name'
  | 'reference'
  | 'price'
  | 'count'
  | 'size'
  | 'color'
  | 'percent'
  | 'code'
  | 'order'
  | 'payment'
  | 'address'

/**
 * A cue is a list of lemmas that stand in this order, with at most two words between neighbours; `a|b` takes
 * either, `~a|b` wants none of them anywhere, `*` lets any number of words stand between, `^` wants the cue to begin the clause and `$` to
 * end it. `<kind>`, `<code>` and the other slots stand for what was found in the words. The weights of an
 * intent's cues add up; the intent with the most wins.
 */
export type Cues = ReadonlyArray<readonly [cue: string, weight: number]>

type Step =
  | { readonly type: 'anywhere' }
  | { readonly type: 'end' }
  | { readonly type: 'words'; readonly words: ReadonlySet<string>; readonly slots: readonly Slot[] }

/** A cue made ready for matching. */
export interface CompiledCue {
  readonly weight: number
  readonly fromStart: boolean
  readonly unwanted: ReadonlySet<string>
  readonly unwantedSlots: readonly Slot[]
  readonly steps: readonly Step[]
}

const WIDEST_GAP = 3

export function compileCue(cue: string, weight: number): CompiledCue {
  const parts = cue.split(' ')
  const unwanted = parts.filter((part) => part.startsWith('~')).flatMap((part) => part.slice(1).split('|'))
  const steps = parts
    .filter((part) => part !== '^' && !part.startsWith('~'))
    .map((part): Step => {
      if (part === '*') return { type: 'anywhere' }
      if (part === '$') return { type: 'end' }
      const options = part.split('|')
      return {
        type: 'words',
        words: new Set(options.filter((option) => !option.startsWith('<'))),
        slots: options.flatMap((option) => slotOf(option) ?? []),
      }
    })
  return {
    weight,
    fromStart: parts.includes('^'),
    unwanted: new Set(unwanted.filter((option) => !option.startsWith('<'))),
    unwantedSlots: unwanted.flatMap((option) => slotOf(option) ?? []),
    steps,
  }
}

function slotOf(option: string): Slot | undefined {
  return option.startsWith('<') ? (option.slice(1, -1) as Slot) : undefined
}

/** Words that a customer may say before and after what she means. */
const OPENING = new Set([
  'ok',
  'okay',
  'oh',
  'hm',
  'hmm',
  'so',
  'well',
  'and',
  'then',
  'um',
  'uh',
  'ah',
  'please',
])
const CLOSING = new Set(['please', 'now', 'then', 'thanks', 'sir', 'madam', 'bhai', 'yaar', 'na', 'do'])

export function cueMatches(
  cue: CompiledCue,
  words: readonly Word[],
  found: Readonly<Record<Slot, boolean>>,
): boolean {
  if (cue.unwantedSlots.some((slot) => found[slot])) return false
  const has = ({ lemma, normal }: Word) => cue.unwanted.has(lemma) || cue.unwanted.has(normal)
  if (cue.unwanted.size > 0 && words.some(has)) return false
  if (cue.steps.every((step) => step.type === 'words' && step.words.size === 0)) {
    return cue.steps.every((step) => step.type === 'words' && step.slots.some((slot) => found[slot]))
  }
  const first = words.findIndex(({ kind, normal }) => kind !== 'punctuation' && !OPENING.has(normal))
  for (let start = 0; start < words.length; start += 1) {
    if (cue.fromStart && start > Math.max(0, first)) return false
    if (matchesFrom(cue, words, start, found)) return true
  }
  return false
}

function matchesFrom(
  cue: CompiledCue,
  words: readonly Word[],
  start: number,
  found: Readonly<Record<Slot, boolean>>,
): boolean {
  let position = start
  let gap = 1
  for (const step of cue.steps) {
    if (step.type === 'anywhere') {
      gap = words.length
      continue
    }
    if (step.type === 'end') {
      if (words.slice(position).some(({ kind, normal }) => kind !== 'punctuation' && !CLOSING.has(normal)))
        return false
      continue
    }
    const hit = nextHit(step.words, words, position, gap)
    if (hit >= 0) position = hit + 1
    else if (!step.slots.some((slot) => found[slot])) return false
    gap = WIDEST_GAP
  }
  return true
}

function nextHit(wanted: ReadonlySet<string>, words: readonly Word[], position: number, gap: number): number {
  for (let index = position; index < Math.min(words.length, position + gap); index += 1) {
    const word = words[index]
    if (word !== undefined && (wanted.has(word.lemma) || wanted.has(word.normal))) return index
  }
  return -1
}
