import type { KnownWord } from './spelling.ts'
import { stem } from './words.ts'

/** What shoppers call things, and what the same things are called in catalogs, the nearest first; spellings too. */
const CALLED: Readonly<Record<string, string>> = {
  aluminium: 'aluminum',
  aluminum: 'aluminium',
  beanie: 'hat cap',
  cellphone: 'smartphone phone mobile',
  chinos: 'trousers pants',
  color: 'colour',
  colour: 'color',
  denims: 'jeans',
  earphones: 'earbuds headphones',
  eyeglasses: 'glasses eyewear sunglasses',
  fridge: 'refrigerator',
  goggles: 'sunglasses eyewear',
  gray: 'grey',
  grey: 'gray',
  handset: 'smartphone phone mobile',
  headset: 'headphones',
  jewelery: 'jewellery jewelry',
  jewellery: 'jewelry',
  jewelry: 'jewellery',
  jumper: 'sweater pullover',
  knapsack: 'backpack',
  moisturiser: 'moisturizer',
  moisturizer: 'moisturiser',
  pajamas: 'pyjamas',
  pants: 'trousers jeans',
  pocketbook: 'handbag',
  pullover: 'sweater jumper',
  purse: 'handbag',
  pyjamas: 'pajamas',
  rucksack: 'backpack',
  scent: 'perfume fragrance',
  settee: 'sofa couch',
  specs: 'glasses eyewear',
  spectacles: 'glasses eyewear',
  sunnies: 'sunglasses',
  sweater: 'pullover jumper',
  tee: 't-shirt',
  telly: 'television tv',
  trainers: 'sneakers',
  trousers: 'pants jeans',
  tumbler: 'glass mug',
}

const BY_STEM: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(CALLED).map(([word, others]) => [stem(word), others.split(' ')]),
)

/** Other names, known to this catalog, of the thing that a word names. */
export function otherNames(word: string, known: ReadonlyMap<string, KnownWord>): string[] {
  return (BY_STEM.get(stem(word)) ?? []).filter((other) => known.get(stem(other))?.names === true)
}

const AUDIENCES: ReadonlySet<string> = new Set(
  'men man women woman ladies lady gents gentlemen boys boy girls girl kids children him her unisex'
    .split(' ')
    .map(stem),
)

/** Whether a word only says for whom a thing is: `men` in `perfume for men`. */
export function isAudience(word: string): boolean {
  return AUDIENCES.has(stem(word))
}
