import { type Figure, median, quantile } from './figures.ts'
import { Shopper } from './shopper.ts'

const WARM_UP = 10
const ROUNDS = 30
const DIALOGUE = [
  "I'm looking for sunglasses under 5000",
  'tell me more about the first one',
  'add the first one',
  "what's in my cart?",
  'do you have any coupons?',
]

/** How long the agent takes with the offline brain: until its first event, and until its whole answer. */
export async function agentFigures(url: string): Promise<Figure[]> {
  const shopper = await Shopper.enter(url)
  const first: number[] = []
  const whole: number[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const [turn, text] of DIALOGUE.entries()) {
      const times = await shopper.ask(text, `round-${round}-${turn}`)
      if (round < WARM_UP) continue
      first.push(times.firstEventMs)
      whole.push(times.wholeAnswerMs)
    }
  }
  shopper.leave()
  return [
    { name: 'agent: first event, median', value: median(first), unit: 'ms', promise: '< 50 ms' },
    { name: 'agent: first event, p99', value: quantile(first, 0.99), unit: 'ms' },
    { name: 'agent: whole answer, median', value: median(whole), unit: 'ms', promise: '< 200 ms' },
    { name: 'agent: whole answer, p99', value: quantile(whole, 0.99), unit: 'ms' },
  ]
}
