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
  const sensitivity = caseLevel && strength === 1 ? 'case' : (SENSITIVITY[strength - 1] ?? 'variant')
  const collator = makeCollator(
    locale,
    sensitivity,
    doc.get('numericOrdering') === true,
    caseFirst === 'upper' || caseFirst === 'lower' ? caseFirst : 'false',
  )
  return { compare: (a, b) => collator.compare(a, b), key: (text) => keyOf(text, sensitivity), source: doc }
}

function makeCollator(
  locale: string,
  sensitivity: 'base' | 'accent' | 'case' | 'variant',
  numeric: boolean,
  caseFirst: 'upper' | 'lower' | 'false',
): Intl.Collator {
  try {
    return new Intl.Collator(locale.replaceAll('_', '-').replace(/@.*/, ''), {
      sensitivity,
      numeric,
      caseFirst,
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new MongoServerFault('BadValue', `Field 'locale' is invalid in: { locale: "${locale}" }`)
  }
}

function keyOf(text: string, sensitivity: 'base' | 'accent' | 'case' | 'variant'): string {
  const plain =
    sensitivity === 'base' || sensitivity === 'case'
      ? text.normalize('NFKD').replace(/\p{M}/gu, '')
      : text.normalize('NFC')
  return sensitivity === 'base' || sensitivity === 'accent' ? plain.toLowerCase() : plain
}
