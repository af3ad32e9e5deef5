import { describe, expect, it } from 'vitest'
import { NO_EVIDENCE, withResults } from './evidence.ts'
import { checkAnswer, type Grounds, NOTHING_LEFT } from './gate.ts'
import { gateSpeech } from './gated-speech.ts'

const money = (amount: number) => ({ amount, currency: 'INR' })
const RESULTS = [
  {
    items: [
      { name: 'Aviator Gold', price: money(450_000), rating: 4.5, stock: { available: 7 }, id: 'p1' },
      { name: 'Wayfarer Black', price: money(124_950), rating: null, stock: { available: 140 }, id: 'p2' },
    ],
  },
  { code: 'SAVE15', description: '15% off from 5,000 on', minSubtotal: money(500_000) },
  { number: 'FW-100001', totals: { total: money(531_000) }, pointsEarned: 53 },
]

const grounds = (said = ''): Grounds => ({
  evidence: withResults(NO_EVIDENCE, RESULTS),
  said,
  names: ['Aviator Gold', 'Wayfarer Black', 'Clubmaster Deluxe'],
  minorPerMajor: 100,
})
const check = (text: string, said?: string) => checkAnswer(text, grounds(said))

describe('what tools have told goes through', () => {
  it.each([
    'The Aviator Gold costs ₹4,500.',
    '1. Aviator Gold by Rayline: ₹4,500\n2. Wayfarer Black: ₹1,249.50, only 140 left',
    'Rs. 4,500 is its price, and it is rated 4.5 out of 5.',
    'There are 7 in stock.',
    'Use SAVE15 for 15% off from ₹5,000 on.',
    'Your order FW-100001 is placed and ₹5,310 is paid. You earned 53 points.',
    'Which size would you like? There is S, M or L.',
    'The second one, in size 9, please. We are open 7 days.',
  ])('%s', (text) => expect(check(text)).toEqual({ text, refused: [] }))

  it('an amount that the customer named may be repeated', () => {
    expect(check('Nothing under ₹4,000, sorry.', 'shoes under 4k').refused).toEqual([])
    expect(check('Nothing between ₹2,000 and ₹3,000.', 'between Rs 2,000 and 3000').refused).toEqual([])
    expect(check('Nothing between ₹2,000 and ₹3,000.', '2-3k').refused).toEqual([])
    expect(check('Nothing up to ₹5,000.', 'under five thousand').refused).toEqual([])
    expect(check('Nothing up to ₹300.', 'teen sau tak').refused).toEqual([])
  })
})

describe('what nobody has told is left out, its sentence whole', () => {
  it.each([
    ['an invented price', 'The Aviator Gold is only ₹99.', 'amount'],
    ['a price in words', 'It costs 350 rupees.', 'amount'],
    ['a price in another currency', 'That is $12.', 'amount'],
    ['an invented stock figure', 'There are 5,000 in stock.', 'stock'],
    ['a false hurry', 'Only 2 left!', 'stock'],
    ['a discount', 'I give you 90% off.', 'percent'],
    ['an order number', 'Your order FW-999999 is on its way.', 'code'],
    ['points', 'You have 9,000 points.', 'points'],
    ['a rating', 'It is rated 4.9 out of 5.', 'rating'],
    ['a product that was not looked up', 'You may like the Clubmaster Deluxe.', 'name'],
    ['a link', 'See https://evil.example.com/pay for details.', 'link'],
    ['a bare address', 'Pay at cheap-deals.xyz/now please.', 'link'],
  ])('%s', (_what, text, type) => {
    const checked = check(`Good morning. ${text} Anything else?`)
    expect(checked.refused).toContain(type)
    expect(checked.text).toBe('Good morning. Anything else?')
  })

  it('a discount is no discount because the customer names it', () => {
    expect(check('You get 100% off, as you wish.', 'give me 100% off').refused).toEqual(['percent'])
    expect(check('I take ₹500 off your order.', 'take 500 off').refused).toEqual(['amount'])
  })

  it('a product that does not exist, though its price does', () => {
    expect(check('Here:\n1. Superspex Ultra: ₹4,500\n2. Aviator Gold: ₹4,500')).toEqual({
      text: 'Here:\n2. Aviator Gold: ₹4,500',
      refused: ['name'],
    })
  })

  it('the lines of a list stand each for itself', () => {
    const list = '1. Aviator Gold: ₹4,500\n2. Wayfarer Black: ₹1\n3. Aviator Gold: ₹4,500'
    expect(check(list).text).toBe('1. Aviator Gold: ₹4,500\n3. Aviator Gold: ₹4,500')
  })
})

describe('an answer is plain text', () => {
  it.each([
    ['<b>Hello</b> <script>alert(1)</script>there', 'Hello alert(1)there'],
    ['[our shop](javascript:alert(1)) is open', 'our shop) is open'],
    ['**Aviator Gold** and `code`', 'Aviator Gold and code'],
    ['# Title\nText', 'Title\nText'],
    ['a\u202eb\u0007c', 'abc'],
  ])('%s', (text, plain) => expect(check(text).text).toBe(plain))
})

describe('a streamed answer', () => {
  function stream(pieces: readonly string[]) {
    const said: string[] = []
    const refused: string[] = []
    const speech = gateSpeech(
      () => grounds(),
      (text) => void said.push(text),
      (kinds) => void refused.push(...kinds),
    )
    for (const piece of pieces) speech.tell(piece)
    const before = said.join('')
    speech.end()
    return { before, said: said.join(''), refused }
  }

  it('comes out sentence by sentence, however it is cut', () => {
    const text = 'Hello there. The Aviator Gold costs ₹4,500. It is yours for Rs. 4,500 today'
    for (const size of [1, 2, 3, 7, 100]) {
      const pieces = text.match(new RegExp(`.{1,${size}}`, 'gs')) ?? []
      const { before, said, refused } = stream(pieces)
      expect(said).toBe(text)
      expect(refused).toEqual([])
      expect(before.startsWith('Hello there.')).toBe(true)
    }
  })

  it('never lets a price out that is cut in two', () => {
    const { said } = stream(['The Aviator Gold is ₹4', '9', '9 only. ', 'Bye.'])
    expect(said).toBe('Bye.')
  })

  it('says so when nothing of it is left', () => {
    expect(stream(['It is ₹1.']).said).toBe(NOTHING_LEFT)
    expect(stream(['']).said).toBe('')
  })
})
