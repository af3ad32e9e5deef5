import { describe, expect, it } from 'vitest'
import { pieces, startSpeech } from './speech.ts'

describe('an answer in pieces', () => {
  it.each([
    '',
    'Yes.',
    'one two three four five six seven eight nine ten',
    '  blanks   stay\n\nas they are  ',
    'x'.repeat(200),
    '₹1,299 – 日本語 '.repeat(20),
  ])('joins to %j again', (text) => {
    expect(pieces(text).join('')).toBe(text)
    expect(pieces(text)).not.toContain('')
  })

  it('is one message, begun once and ended once', () => {
    const events: Array<Record<string, unknown>> = []
    let begun = 0
    const speech = startSpeech({ messageId: 'm', emit: (event) => void events.push(event) }, () => {
      begun += 1
    })
    speech.end()
    expect(events).toEqual([])
    const other = startSpeech({ messageId: 'm', emit: (event) => void events.push(event) }, () => {
      begun += 1
    })
    other.say('Hello ')
    other.say('')
    other.say('there.')
    other.end()
    other.say('too late')
    other.end()
    expect(begun).toBe(1)
    expect(other.text).toBe('Hello there.')
    expect(events.map(({ type }) => type)).toEqual([
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
    ])
  })
})
