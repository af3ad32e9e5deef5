import { isSocial, namesSomething, type Read, standsAlone } from './clause-senses.ts'
import type { Clause } from './understand.ts'

const RUN_ON = new Set([
  ...['add', 'remove', 'delete', 'show', 'apply', 'checkout', 'check', 'track', 'compare', 'place', 'pay'],
  ...['cancel', 'return', 'what', 'which', 'how', 'where', 'when', 'clear', 'empty', 'tell', 'use'],
])
/** In front of these a verb goes on with what was begun. */
const GOES_ON = new Set([
  ...[
    'to',
    'can',
    'could',
    'would',
    'will',
    'you',
    'i',
    'me',
    'please',
    'and',
    'not',
    "n't",
    'let',
    'us',
    "'ll",
  ],
  ...[
    'that',
    'is',
    'be',
    'know',
    'just',
    'also',
    'want',
    'a',
    'the',
    'my',
    'with',
    'see',
    'now',
    'how',
    'do',
  ],
])
const LEAST_LEFT = 3
const LEAST_RIGHT = 4

/** Spoken words have no full stops: a new verb or question word begins a new request where both sides are one. */
export function unpunctuated(clause: Clause, read: Read): Clause[] {
  const { words } = clause
  for (const [index, { lemma, normal }] of words.entries()) {
    const begins = RUN_ON.has(lemma) || RUN_ON.has(normal)
    if (index < 2 || !begins || GOES_ON.has(words[index - 1]?.normal ?? '')) continue
    const left = read(words.slice(0, index))
    const right = read(words.slice(index))
    const two = left.intent !== undefined && right.intent !== undefined && left.intent !== right.intent
    if (!two || isSocial(left) || isSocial(right) || right.words.length < 2) continue
    if (!hasObject(right)) continue
    if (left.score < LEAST_LEFT || right.score < LEAST_RIGHT) continue
    if (clause.score > left.score + right.score) continue
    return [left, ...unpunctuated(right, read)]
  }
  return [clause]
}

/** "… add the first one", "… check out": not "… nikal do", whose object stands in front of it. */
function hasObject(clause: Clause): boolean {
  return clause.pronoun || namesSomething(clause) || standsAlone(clause) || clause.mentions.code !== undefined
}
