import { BUYING } from './cues/buying.ts'
import { type CompiledCue, type Cues, compileCue, cueMatches, type Slot } from './cues/cue.ts'
import { FILLING } from './cues/filling.ts'
import { FINDING } from './cues/finding.ts'
import { SERVING } from './cues/serving.ts'
import { TALKING } from './cues/talking.ts'
import type { Word } from './words.ts'

/** The words by which each request is known; see `Cues` for how they are written. */
const CUES = { ...FINDING, ...FILLING, ...BUYING, ...SERVING, ...TALKING } satisfies Readonly<
  Record<string, Cues>
>

/** Everything the offline brain can be asked to do. */
export type Intent = keyof typeof CUES

const COMPILED: ReadonlyArray<readonly [Intent, readonly CompiledCue[]]> = Object.entries(CUES).map(
  ([intent, cues]) => [intent as Intent, cues.map(([cue, weight]) => compileCue(cue, weight))],
)

/** How much speaks for each intent. */
export function scoresOf(
  words: readonly Word[],
  found: Readonly<Record<Slot, boolean>>,
): Map<Intent, number> {
  const scores = new Map<Intent, number>()
  for (const [intent, cues] of COMPILED) {
    let score = 0
    for (const cue of cues) if (cueMatches(cue, words, found)) score += cue.weight
    if (score > 0) scores.set(intent, score)
  }
  return scores
}

/** Words that open a new request within an utterance: "add the second one and CHECK out". */
export const OPENERS: ReadonlySet<string> = new Set(
  `add remove delete show find search checkout check apply redeem pay track cancel return buy put place tell compare use
  take empty clear ship deliver proceed make view what where which how do can could is be change give i i'll i'd let
  also please then set update increase reduce go notify who when why will would should swap replace drop order
  need want get looking any`.split(/\s+/),
)

/** Every word that stands in a cue. */
export const CUE_WORDS: ReadonlySet<string> = new Set(
  Object.values<Cues>(CUES).flatMap((cues) =>
    cues.flatMap(([cue]) => cue.split(/[ |~]/).filter((part) => /^[a-z']+$/.test(part))),
  ),
)
