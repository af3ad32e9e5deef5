import type { Said, Turn } from './flow.ts'
import { askedAgain } from './flows/add-one.ts'
import { namesVariant } from './flows/variant-replies.ts'
import type { Intent } from './intents.ts'
import type { RulesMemory } from './memory.ts'
import type { Clause } from './understand.ts'
import { hasVariant } from './variants.ts'

/** After these nobody wants to be asked again for a colour or size. */
const ENDING: ReadonlySet<Intent> = new Set([
  ...(['remove', 'clear', 'no', 'farewell', 'hand_off', 'checkout', 'pay', 'return', 'forbidden'] as const),
])

/**
 * A question for a colour or size that the customer talks past is kept, and asked again as soon as what she wanted in
 * between has been added.
 * @param before as the turn began
 */
export function keepingAside(said: Said, before: RulesMemory, clauses: readonly Clause[], turn: Turn): Said {
  const { question, lastAdded, aside } = turn.memory
  const added = lastAdded !== undefined && lastAdded !== before.lastAdded
  const left = asideOf(before, turn.memory, clauses)
  if (aside !== undefined && added && question === undefined && lastAdded.productId !== aside.productId) {
    turn.memory = { ...turn.memory, question: aside, aside: undefined }
    const again = askedAgain(turn)
    return again === undefined ? said : { ...said, text: `${said.text}\n\nAnd still to choose: ${again}` }
  }
  if (left !== undefined) turn.memory = { ...turn.memory, aside: left }
  else if (aside !== undefined && clauses.some(({ intent }) => intent !== undefined && ENDING.has(intent)))
    turn.memory = { ...turn.memory, aside: undefined }
  return said
}

function asideOf(before: RulesMemory, after: RulesMemory, clauses: readonly Clause[]): RulesMemory['aside'] {
  const { question } = before
  if (question?.about !== 'variant') return undefined
  if (after.question?.about === 'variant') return undefined
  if (after.lastAdded?.productId === question.productId && after.lastAdded !== before.lastAdded)
    return undefined
  return clauses.some(({ intent }) => intent !== undefined && ENDING.has(intent)) ? undefined : question
}

/** "size 16" fits nothing in the list on show, but answers the question that was left open before it. */
export function answersAside(clause: Clause, turn: Turn): boolean {
  const { aside, question, shown } = turn.memory
  if (aside === undefined || question?.about === 'variant' || clause.kinds.length > 0) return false
  if (clause.intent !== undefined && clause.score >= 4) return false
  const wish = {
    size: clause.quantities.size,
    color: clause.terms.find(({ kind }) => kind === 'color')?.value,
  }
  if (wish.size === undefined && wish.color === undefined) return false
  if (shown.some((product) => product.id !== aside.productId && hasVariant(product, wish))) return false
  return namesVariant(clause, { ...turn, memory: { ...turn.memory, question: aside } })
}
