import { MongoServerFault } from '../errors.ts'
import type { Doc } from './document.ts'
import { asInteger } from './numbers.ts'

/** How text is compared where a language's rules are asked for. */
export interface Collation {
  compare(a: string, b: string): number
  /** A text that two strings share exactly when they are equal under the collation. */
  key(text: string): string
  readonly source: Doc
}

const FIELDS = new Set([
  'locale',
  'strength',
  'caseLevel',
  'caseFirst',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'backwards',
  'normalization',
  'version',
])
const SENSITIVITY = ['base', 'accent', 'variant'] as const

/**
 * Reads a collation. Absent and `{ locale: 'simple' }` give none: text is then compared by its bytes.
 * @throws MongoServerFault where an option is not supported
 */
export function compileCollation(doc: Doc | undefined | null): Collation | undefined {
  if (doc === undefined || doc === null || doc.size === 0) return undefined
  for (const name of doc.keys()) {
    if (!FIELDS.has(name))
      throw new MongoServerFault(40415, `BSON field 'collation.${name}' is an unknown field.`)
  }
  const locale = doc.get('locale')
  if (typeof locale !== 'string')
    throw new MongoServerFault(40414, "BSON field 'collation.locale' is missing but a required field")
  if (locale === 'simple') return undefined
  const strength = asInteger(doc.get('strength')) ?? 3
  if (strength < 1 || strength > 5)
    throw new MongoServerFault('BadValue', "Field 'strength' must be an integer 1 through 5.")
  const unsupported = doc.get('alternate') === 'shifted' || doc.get('backwards') === true || strength > 3
  if (unsupported)
    throw new MongoServerFault(
      'CommandNotSupported',
      'this server does not support collations with shifted, backwards or a strength above 3',
    )
  const caseFirst = doc.get('caseFirst')
  const caseLevel = doc.get('caseLevel') === true
  const sensitivity = caseLevel
    ? strength === 1
      ? 'case'
      : 'variant'
    : (SENSITIVITY[strength - 1] ?? 'variant')
  const collator = makeCollator(
    locale,
    sensitivity,
    doc.get('numericOrdering') === true,
    caseFirst === 'upper' || caseFirst === 'lower' ? caseFirst : 'false',
  )
  const ignoresCase = sensitivity === 'base' || sensitivity === 'accent'
  const numeric = doc.get('numericOrdering') === true
  return {
    compare: (a, b) => collator.compare(a, b),
    key: keyMaker(collator, numeric, ignoresCase, locale),
    source: doc,
  }
}

const DEFAULTS: ReadonlyArray<readonly [string, string]> = [
  ['locale', 'simple'],
  ['strength', '3'],
  ['caseLevel', 'false'],
  ['caseFirst', 'off'],
  ['numericOrdering', 'false'],
]

/** Whether two collations say the same, what they leave out counted as its default. */
export function sameCollation(a: Doc, b: Doc): boolean {
  return DEFAULTS.every(([name, usual]) => String(a.get(name) ?? usual) === String(b.get(name) ?? usual))
}

function makeCollator(
  locale: string,
  sensitivity: 'base' | 'accent' | 'case' | 'variant',
  numeric: boolean,
  caseFirst: 'upper' | 'lower' | 'false',
): Intl.Collator {
  try {
    const tag = locale.replaceAll('_', '-').replace(/@.*/, '')
    if (Intl.Collator.supportedLocalesOf(tag).length === 0) throw new RangeError(tag)
    return new Intl.Collator(tag, {
      sensitivity,
      numeric,
      caseFirst,
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new MongoServerFault('BadValue', `Field 'locale' is invalid in: { locale: "${locale}" }`)
  }
}

/** Letters that some languages take for two others, or for another one with a stroke. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ħ: 'h',
}
/** Letters of their own in some languages, whatever stands above or below them. */
const OWN_LETTERS = ['ä', 'ö', 'å', 'ü', 'ñ', 'ç', 'ı', 'æ', 'ø']
const LETTER = /\P{M}\p{M}*|\p{M}+/gu
const PLAIN = /^[\x20-\x7e]*$/

/**
 * Makes a text's key letter by letter: of the ways to write a letter that the collator takes for equal, the plainest.
 * So what counts as equal stays the collator's word, whatever its language.
 */
function keyMaker(
  collator: Intl.Collator,
  numeric: boolean,
  ignoresCase: boolean,
  locale: string,
): (text: string) => string {
  const known = new Map<string, string>()
  const isPlainLocale = !/^(?:tr|az|lt)/.test(locale)
  const plainest = (letter: string): string => {
    const bare = letter.normalize('NFKD').replace(/\p{M}/gu, '')
    const small = bare.toLowerCase()
    const spelt = SPELLINGS[small] ?? (PLAIN.test(small) ? small : '')
    const ways = ['', spelt, ...OWN_LETTERS, small, bare, letter.toLowerCase()]
    return ways.find((way) => collator.compare(way, letter) === 0) ?? letter
  }
  return (text) => {
    const counted = numeric ? text.replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '')) : text
    if (isPlainLocale && PLAIN.test(counted)) return ignoresCase ? counted.toLowerCase() : counted
    return counted.normalize('NFC').replace(LETTER, (letter) => {
      let key = known.get(letter)
      if (key === undefined) {
        key = plainest(letter)
        if (known.size < MOST_LETTERS) known.set(letter, key)
      }
      return key
    })
  }
}

const MOST_LETTERS = 10_000
