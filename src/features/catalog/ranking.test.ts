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

  it('asks what is wanted before it asks for whom', () => {
    const perfume = candidate('Eau de Parfum', { tags: ['perfume'] })
    const found = rank(
      'perfume for men',
      [
        { words: ['perfume'], guesses: [] },
        { words: ['men'], guesses: [], audience: true },
      ],
      [candidate('Field Watch', { tags: ['men'] }), perfume],
    )
    expect(found.map(({ id }) => id)).toEqual(['Eau de Parfum'])
  })

  it('leaves out what is for others where there is something for whom it is asked', () => {
    const found = rank(
      'watch for men',
      [
        { words: ['watch'], guesses: [] },
        { words: ['men'], guesses: [], audience: true },
      ],
      [candidate('Dress Watch', { tags: ['women'] }), candidate('Field Watch', { tags: ['men'] })],
    )
    expect(found.map(({ id }) => id)).toEqual(['Field Watch'])
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
      ['sneakers', 4],
      ['men', 9],
      ['jewellery', 2],
    ].map(([word, count]) => [
      stem(String(word)),
      { stem: stem(String(word)), word: String(word), count: Number(count), names: true },
    ]),
  )

  it('joins what was typed apart', () => {
    expect(toTerms(['sun', 'glasses'], known)).toEqual([{ words: ['sunglasses'], guesses: [] }])
  })

  it('thinks of the name that the catalog has for a thing', () => {
    expect(toTerms(['trainers'], known)).toEqual([{ words: [], guesses: ['sneakers'] }])
    expect(toTerms(['jewelry'], known)).toEqual([{ words: [], guesses: ['jewellery'] }])
    expect(toTerms(['purse'], known)).toEqual([{ words: [], guesses: [] }])
  })

  it('knows the words that say for whom', () => {
    expect(toTerms(['mens'], known)).toEqual([{ words: ['mens'], guesses: [], audience: true }])
  })

  it('thinks of a compound that is far more common than the word', () => {
    expect(toTerms(['phone'], known)).toEqual([{ words: ['phone'], guesses: ['smartphones'] }])
    expect(toTerms(['glasses'], known)).toEqual([{ words: ['glasses'], guesses: [] }])
  })
})
