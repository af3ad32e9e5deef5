import { type Checked, checkAnswer, type Grounds, NOTHING_LEFT } from './gate.ts'

/** Lets an answer out sentence by sentence, each once it is whole and has been checked. */
export interface GatedSpeech {
  tell(piece: string): void
  /** The answer has ended: says what is left of it. */
  end(): void
}

const SENTENCE_END = /\n|(?<!\b(?:[Rr]s|[Nn]o|approx)|(?:^|\n)\s*\d{1,2})[.!?]+\s+/g

/**
 * @param grounds as they stand when the sentence is checked
 * @param say lets checked text out
 * @param refuse hears what kinds of claims were left out
 */
export function gateSpeech(
  grounds: () => Grounds,
  say: (text: string) => void,
  refuse: (kinds: Checked['refused']) => void,
): GatedSpeech {
  let waiting = ''
  let told = false
  let refusedAny = false
  const release = (text: string) => {
    if (text === '') return
    const checked = checkAnswer(text, grounds())
    if (checked.refused.length > 0) {
      refusedAny = true
      refuse(checked.refused)
    }
    if (checked.text.trim() !== '') told = true
    say(told ? checked.text : checked.text.trimStart())
  }
  return {
    tell(piece) {
      waiting += piece
      const ends = [...waiting.matchAll(SENTENCE_END)]
      const last = ends.at(-1)
      if (last === undefined) return
      const cut = last.index + last[0].length
      release(waiting.slice(0, cut))
      waiting = waiting.slice(cut)
    },
    end() {
      release(waiting)
      waiting = ''
      if (!told && refusedAny) say(NOTHING_LEFT)
    },
  }
}
