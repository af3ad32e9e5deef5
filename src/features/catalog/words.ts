/** Words that say nothing about a product. */
const FILLERS = new Set(
  `a about above all am an and any anything are as at be below best between budget buy can cheap could do
   find for from get give good great has have hello help hey hi i in is it its just let like looking me my nice
   of on or over please recommend search see sell show some something than that the their them there these this
   those to under up us very want we what where which who with would you your need s`.split(/\s+/),
)

/** The form in which words are compared: lower case, no accents, one space between runs of letters and digits. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/['’]/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\btshirt/g, 't shirt')
    .trim()
}

/** The words of a text, folded, in order. */
export function wordsOf(text: string): string[] {
  const folded = fold(text)
  return folded === '' ? [] : folded.split(' ')
}

/** What a query asks for: its words without fillers, each once. */
export function searchTerms(query: string): string[] {
  const words = [...new Set(wordsOf(query))]
  const telling = words.filter((word) => !FILLERS.has(word))
  return telling.slice(0, 12)
}

/** Things, not forms of a verb: an earring is nothing that ears do. */
const NOUNS_IN_ING = new Set([
  'bedding',
  'clothing',
  'earing',
  'earring',
  'lightning',
  'spring',
  'string',
  'wedding',
])

/** A folded word without its English ending, so that `watches` meets `watch` and `running` meets `run`. */
export function stem(word: string): string {
  if (word.length <= 3) return word
  const singular = withoutPlural(word)
  if (NOUNS_IN_ING.has(singular)) return singular
  for (const ending of ['ing', 'ed']) {
    if (singular.length > ending.length + 2 && singular.endsWith(ending)) {
      const root = singular.slice(0, -ending.length)
      if (!/[aeiouy]/.test(root)) continue
      return root.at(-1) === root.at(-2) && !/[ls]$/.test(root) ? root.slice(0, -1) : root
    }
  }
  return singular
}

const PLURALS_IN_VES: ReadonlyMap<string, string> = new Map([
  ['halves', 'half'],
  ['knives', 'knife'],
  ['leaves', 'leaf'],
  ['loaves', 'loaf'],
  ['scarves', 'scarf'],
  ['shelves', 'shelf'],
])

function withoutPlural(word: string): string {
  const irregular = PLURALS_IN_VES.get(word)
  if (irregular !== undefined) return irregular
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(?:[sxz]|ch|sh)es$/.test(word)) return word.slice(0, -2)
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1)
  return word
}

/** A text as it may stand in a path: `Cat-Eye Sunglasses` is `cat-eye-sunglasses`. */
export function slugOf(text: string): string {
  return fold(text).replaceAll(' ', '-')
}
