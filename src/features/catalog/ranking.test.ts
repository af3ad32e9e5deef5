import { describe, expect, it } from 'vitest'
import { toTerms } from './catalog.search.ts'
import { type Candidate, rank } from './ranking.ts'
import { stem } from './words.ts'

const candidate = (name: string, facts: Partial<Candidate> = {}): Candidate => ({
  id: name,
  name,
  brand: null,
  category: 'Other',
  tags: [],
  colors: [],
  description: '',
  rating: 4,
  textScore: 1,
  ...facts,
})
const asked = (...words: string[]) => words.map((word) => ({ words: [word], guesses: [] }))
const order = (query: string, candidates: readonly Candidate[]) =>
  rank(query, asked(...query.split(' ')), candidates).map(({ id }) => id)

describe('rank', () => {
  it('puts the name before the category before the description', () => {
    const found = order('watch', [
      candidate('Strap', { description: 'fits every watch' }),
      candidate('Field Watch'),
      candidate('Chronograph', { category: 'Watches' }),
    ])
    expect(found).toEqual(['Field Watch', 'Chronograph', 'Strap'])
  })

  it('puts the thing itself before what comes with it', () => {
    const found = order('iphone', [candidate('Selfie Lamp with iPhone'), candidate('iPhone X')])
    expect(found[0]).toBe('iPhone X')
  })

  it('leaves out what meets fewer of the words', () => {
    const found = order('red shoes', [
      candidate('Running Shoes', { colors: ['Blue'] }),
      candidate('Trail Shoes', { colors: ['Red', 'Blue'] }),
      candidate('Red Mug'),
    ])
    expect(found).toEqual(['Trail Shoes'])
  })

  it('puts the very name first', () => {
    const found = order('tote bag', [candidate('Tote Bag Deluxe', { rating: 5 }), candidate('Tote Bag')])
    expect(found[0]).toBe('Tote Bag')
  })
})

describe('toTerms', () => {
  const known = new Map(
    [
      ['sunglasses', 5],
      ['glasses', 5],
      ['smartphones', 20],
      ['phone', 1],
    ].map(([word, count]) => [
      stem(String(word)),
      { stem: stem(String(word)), word: String(word), count: Number(count) },
    ]),
  )

  it('joins what was typed apart', () => {
    expect(toTerms(['sun', 'glasses'], known)).toEqual([{ words: ['sunglasses'], guesses: [] }])
  })

  it('thinks of a compound that is far more common than the word', () => {
    expect(toTerms(['phone'], known)).toEqual([{ words: ['phone'], guesses: ['smartphones'] }])
    expect(toTerms(['glasses'], known)).toEqual([{ words: ['glasses'], guesses: [] }])
  })
})
