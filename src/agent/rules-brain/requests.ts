import type { Clause } from './understand.ts'

const SOCIAL = new Set(['greeting', 'thanks', 'farewell', 'yes', 'no'])

/**
 * What an utterance really asks for: courtesies beside a request need no answer of their own, and "check out",
 * "pay with …" and "ship to …" in one breath are one purchase.
 */
export function requestsOf(clauses: readonly Clause[]): readonly Clause[] {
  const real = clauses.filter(({ intent }) => intent !== undefined && !SOCIAL.has(intent))
  const [first] = clauses
  if (real.length === 0) return first === undefined ? [] : [first]
  const payment = real.find(({ intent }) => intent === 'pay')
  const purchase = payment ?? real.find(({ intent }) => intent === 'checkout')
  return real.filter(
    (clause) => clause === purchase || (clause.intent !== 'pay' && clause.intent !== 'checkout'),
  )
}
