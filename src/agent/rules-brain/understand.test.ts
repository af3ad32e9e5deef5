import { describe, expect, it } from 'vitest'
import utterances from '../../../test/eval/utterances.json' with { type: 'json' }
import { demoProducts } from '../../demo/demo-products.ts'
import type { CatalogWords } from './dictionary.ts'
import { type Clause, understand } from './understand.ts'
import { lemmasOf } from './words.ts'

const PRODUCTS = demoProducts(280, 'INR').map(({ product }) => product)
const distinct = (values: ReadonlyArray<string | null | undefined>) => [
  ...new Set(values.filter((value) => typeof value === 'string')),
]
const CATALOG: CatalogWords = {
  brands: distinct(PRODUCTS.map(({ brand }) => brand)),
  categories: distinct(PRODUCTS.map(({ category }) => category)),
  colors: distinct(PRODUCTS.flatMap(({ variants }) => variants.map(({ color }) => color))),
  sizes: distinct(PRODUCTS.flatMap(({ variants }) => variants.map(({ size }) => size))),
  tags: distinct(PRODUCTS.flatMap(({ tags }) => tags)),
  names: distinct(PRODUCTS.map(({ name }) => name)),
}

const read = (text: string) => understand(text, CATALOG)

function only(text: string): Clause {
  const [clause] = read(text)
  if (clause === undefined) throw new Error(`nothing was read in ${text}`)
  return clause
}

describe('what customers ask for', () => {
  for (const [intent, texts] of Object.entries(utterances)) {
    it.each(texts)(`${intent}: %s`, (text) => {
      const found = read(text).map((clause) => clause.intent ?? 'nothing')
      expect(found.join('+')).toBe(intent)
    })
  }
})

describe('numbers', () => {
  it.each<[string, Partial<Clause['quantities']>]>([
    ['shoes under 4k', { maxPrice: 4000 }],
    ['shoes below Rs. 4,000', { maxPrice: 4000 }],
    ['between 2 and 3k', { minPrice: 2000, maxPrice: 3000 }],
    ['2000-3000', { minPrice: 2000, maxPrice: 3000 }],
    ['2k to 3k', { minPrice: 2000, maxPrice: 3000 }],
    ['around 2000', { around: 2000, minPrice: 1600, maxPrice: 2400 }],
    ["I don't want to spend more than 6000", { maxPrice: 6000 }],
    ['not less than 500', { minPrice: 500 }],
    ['3 hazaar se kam', { maxPrice: 3000 }],
    ['two thousand max', { maxPrice: 2000 }],
    ['5000 ke andar', { maxPrice: 5000 }],
    ['4000+', { minPrice: 4000 }],
    ['rated above 4 stars', { minRating: 4 }],
    ['give me 90% off', { percent: 90 }],
    ['size 9 shoes', { size: '9' }],
    ['in a medium', { size: 'M' }],
    ['uk 8', { size: '8' }],
    ['add two of those', { quantity: 2 }],
    ['x3', { quantity: 3 }],
    ['the first two', { ordinals: [1, 2] }],
    ['number 3', { ordinals: [3] }],
    ['the last one', { ordinals: [-1] }],
    ['cheapest first', { ordinals: [] }],
  ])('%s', (text, expected) => expect(only(text).quantities).toMatchObject(expected))
})

describe('what is not wanted', () => {
  it.each([
    ['shoes, not Northwake', ['Northwake']],
    ['sunglasses but no Solmar or Halden', ['Solmar', 'Halden']],
    ['a kettle without black', ['Black']],
    ['anything but Carrow', ['Carrow']],
    ['not Nike please', ['nike']],
    ["don't you have Solmar?", []],
    ['why not blue', []],
  ])('%s', (text, excluded) => expect(only(text).excluded).toEqual(excluded))
})

describe('slips of the hand', () => {
  it.each([
    ['sungleses', 'sunglasses'],
    ['runing shoos', 'running shoes'],
    ['bluethooth speker', 'bluetooth speaker'],
    ['lipstik', 'lipstick'],
  ])('%s', (text, meant) => {
    const lemmas = (said: string) => only(said).content.flatMap((word) => lemmasOf(word))
    expect(lemmas(text)).toEqual(lemmas(meant))
  })

  it('leaves words alone that are right, though the catalog has one like them', () => {
    expect(only('do you sell socks').content).toEqual(['socks'])
    expect(only('do you sell umbrellas').content).toEqual(['umbrellas'])
  })
})

describe('several requests in one message', () => {
  it.each([
    ['add the second one and check out', ['add', 'checkout']],
    ['I need shoes. Size 9, under 4000.', ['search']],
    ['hi, show me sunglasses please. thanks!', ['search']],
    ['show me backpacks and coffee mugs', ['search', 'search']],
    ['add the first and the third', ['add']],
    ['add the first one and two of the third', ['add', 'add']],
    ['black and white shirts', ['search']],
    ['check out, pay with success@upi', ['pay']],
  ])('%s', (text, intents) => expect(read(text).map(({ intent }) => intent)).toEqual(intents))
})

describe('speed', () => {
  it('reads the longest message within the time of an answer', () => {
    const began = performance.now()
    read('add the red running shoes size 9 under 4k and '.repeat(90).slice(0, 4000))
    expect(performance.now() - began).toBeLessThan(1000)
  })
})
