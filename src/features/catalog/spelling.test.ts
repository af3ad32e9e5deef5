import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compoundsOf, guessWords, type KnownWord, typingDistance } from './spelling.ts'
import { stem } from './words.ts'

const known: KnownWord[] = ['sunglasses', 'headphones', 'smartphones', 'watch', 'leather', 'cushion'].map(
  (word) => ({
    stem: stem(word),
    word,
    count: 3,
    names: true,
  }),
)

describe('guessWords', () => {
  it('forgives typing mistakes', () => {
    expect(guessWords('sunglases', known)).toEqual(['sunglasses'])
    expect(guessWords('snuglasses', known)).toEqual(['sunglasses'])
    expect(guessWords('lether', known)).toEqual(['leather'])
    expect(guessWords('wacth', known)).toEqual(['watch'])
  })

  it('holds the first letter of a short word for right', () => {
    const hair = { stem: 'hair', word: 'hair', count: 9, names: true }
    expect(guessWords('chair', [...known, hair])).toEqual([])
    expect(guessWords('ahir', [...known, hair])).toEqual(['hair'])
  })

  it('does not take the word of a description for a slip', () => {
    const parts = { stem: 'part', word: 'parts', count: 9, names: false }
    expect(guessWords('pants', [...known, parts])).toEqual([])
  })

  it('takes a beginning for the word', () => {
    expect(guessWords('sungl', known)).toEqual(['sunglasses'])
  })

  it('does not guess wildly', () => {
    expect(guessWords('refrigerator', known)).toEqual([])
    expect(guessWords('xyz', known)).toEqual([])
  })
})

describe('compoundsOf', () => {
  it('finds what ends in the word', () => {
    expect(compoundsOf('phone', known).map(({ word }) => word)).toEqual(['headphones', 'smartphones'])
  })
})

describe('typingDistance', () => {
  it('counts a swap of neighbours as one', () => {
    expect(typingDistance('form', 'from', 2)).toBe(1)
    expect(typingDistance('abc', 'xyz', 2)).toBe(3)
  })

  it('is nothing for the same word, and the same both ways', () => {
    const word = fc.string({ maxLength: 8 })
    fc.assert(fc.property(word, (one) => typingDistance(one, one, 2) === 0))
    fc.assert(
      fc.property(word, word, (one, two) => typingDistance(one, two, 3) === typingDistance(two, one, 3)),
    )
  })
})
