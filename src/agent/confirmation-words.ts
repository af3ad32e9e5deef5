import type { ToolName } from './brain.ts'

const YES = new Set(
  'yes y yeah yep yup yess ya sure ok okay okey k confirm confirmed approve approved agreed agree affirmative absolutely definitely certainly proceed haan han haa ha ji thik theek sahi'.split(
    ' ',
  ),
)
const YES_PHRASES = [
  'go ahead',
  'do it',
  'place it',
  'place order',
  'place the order',
  'place my order',
  'buy it',
  'pay now',
  'sounds good',
  'looks good',
  'of course',
  'all good',
  'that is right',
  "that's right",
  'kar do',
  'kardo',
]
const NO = new Set(
  "no n nope nah not don't dont never cancel stop wait decline declined refuse reject nahi nahin mat abort".split(
    ' ',
  ),
)
const NO_PHRASES = [
  'not now',
  'not yet',
  'hold on',
  'do not',
  'forget it',
  'leave it',
  'no thanks',
  'no thank you',
  'never mind',
]
const FILLER = new Set(
  'please pls plz thanks thank you now it the that this order a i we me for to do my is hai then just so well right great good perfect fine hmm um oh lets let us sir madam'.split(
    ' ',
  ),
)

/**
 * Whether a message is nothing but a plain yes or no to what was asked. Anything that says more, or both, is neither: money
 * is spent on a clear answer only.
 */
export function plainAnswer(text: string, of?: ToolName): 'yes' | 'no' | undefined {
  let rest = ` ${text
    .toLowerCase()
    .replace(/[’`]/gu, "'")
    .replace(/[^\p{L}\p{N}'?]+/gu, ' ')
    .trim()} `
  if (rest.includes('?')) return undefined
  // To cancel or to return is what she was asked about.
  if (of === 'return_order')
    rest = rest.replace(/ (?:cancel|return|refund)(?: (?:it|that|the order|my order))? /u, ' it ')
  const take = (phrases: readonly string[]) => {
    let found = false
    for (const phrase of phrases) {
      if (!rest.includes(` ${phrase} `)) continue
      rest = rest.replace(` ${phrase} `, ' ')
      found = true
    }
    return found
  }
  let no = take(NO_PHRASES)
  const phrased = take(YES_PHRASES)
  let yes = false
  for (const word of rest.split(' ').filter((part) => part !== '')) {
    if (NO.has(word)) no = true
    else if (YES.has(word)) yes = true
    else if (!FILLER.has(word)) return undefined
  }
  if (no) return yes ? undefined : 'no'
  return yes || phrased ? 'yes' : undefined
}
