import type { PlayedTurn } from './stage.ts'

const AMOUNT = /[₹$€£]\s?(\d+(?:,\d+)*(?:\.\d+)?)/g
const NUMBER = /(?<![\w.,-])\d+(?:,\d+)*(?:\.\d+)?(?![\w-])/g
const CODE = /\b[A-Z]{2,}-?\d{3,}\b/g
/** Numbers up to this count lines and choices. */
const SMALL = 12

/**
 * What an answer says that neither a tool of the session has given nor the customer has said. Written apart from the
 * agent's own gate, so that the two can disagree.
 */
export function ungrounded(answer: string, turns: readonly PlayedTurn[], names: readonly string[]): string[] {
  const said = turns.map((turn) => turn.said).join('\n')
  const results = turns.flatMap(({ tools, confirmed }) => [
    ...tools.map(({ result, args }) => JSON.stringify([result, args])),
    JSON.stringify(confirmed),
  ])
  const evidence = `${results.join('\n')}\n${said}`
  const known = numbersIn(evidence)
  const wrong: string[] = []
  for (const [whole, digits = ''] of answer.matchAll(AMOUNT)) {
    const amount = Number(digits.replaceAll(',', ''))
    if (!known.has(Math.round(amount * 100)) && !saidAmount(amount, said)) wrong.push(whole)
  }
  for (const [digits] of answer.replace(AMOUNT, ' ').matchAll(NUMBER)) {
    const value = Number(digits.replaceAll(',', ''))
    if (value > SMALL && !known.has(value) && !isDay(value) && !said.includes(digits)) wrong.push(digits)
  }
  for (const [code] of answer.matchAll(CODE)) if (!evidence.includes(code)) wrong.push(code)
  const lower = evidence.toLowerCase()
  for (const name of names) {
    if (name.includes(' ') && answer.includes(name) && !lower.includes(name.toLowerCase())) wrong.push(name)
  }
  return wrong
}

function numbersIn(text: string): ReadonlySet<number> {
  return new Set(
    [...text.matchAll(/\d+(?:,\d+)*(?:\.\d+)?/g)].map(([digits]) => Number(digits.replaceAll(',', ''))),
  )
}

/** Whether the customer named the amount herself: "4k", "4,000", "1.5 lakh". */
function saidAmount(amount: number, said: string): boolean {
  const numbers = numbersIn(said)
  return [1, 100, 1000, 100_000].some((factor) => numbers.has(amount / factor))
}

/** "by 26 November". */
function isDay(value: number): boolean {
  return value <= 31
}
