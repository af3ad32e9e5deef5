import { describe, expect, it } from 'vitest'
import { fold, searchTerms, slugOf, stem, wordsOf } from './words.ts'

describe('fold', () => {
  it('forgets case, accents, apostrophes and punctuation', () => {
    expect(fold('  Dior J’ADORE – Café ')).toBe('dior jadore cafe')
    expect(fold('mens-shoes')).toBe(fold('Mens  Shoes'))
    expect(wordsOf('--- !')).toEqual([])
  })
})

describe('searchTerms', () => {
  it('drops words that say nothing about a product, and repetitions', () => {
    expect(searchTerms('Show me some red shoes, please: RED ones?')).toEqual(['red', 'shoes', 'ones'])
  })
})

describe('stem', () => {
  it('brings the forms of a word together', () => {
    for (const [form, root] of [
      ['watches', 'watch'],
      ['sunglasses', 'sunglass'],
      ['dresses', 'dress'],
      ['batteries', 'battery'],
      ['running', 'run'],
      ['cushioned', 'cushion'],
      ['glass', 'glass'],
      ['bus', 'bus'],
      ['ring', 'ring'],
      ['earrings', 'earring'],
      ['knives', 'knife'],
    ] as const) {
      expect(stem(form)).toBe(root)
    }
  })
})

describe('slugOf', () => {
  it('is fit for a path', () => {
    expect(slugOf("Chef's Knife & Board (20 cm)")).toBe('chefs-knife-board-20-cm')
  })
})
