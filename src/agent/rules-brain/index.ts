import { Order, Return } from '../../contract/index.ts'
import type { Brain, BrainStep, BrainTurn, ToolOutcome } from '../brain.ts'
import { apology } from './apology.ts'
import { keepingAside } from './aside.ts'
import { chooseFlow, NOT_UNDERSTOOD } from './choose-flow.ts'
import type { Attachments, Call, Said, Turn } from './flow.ts'
import { returned } from './flows/orders.ts'
import { notPlaced, placed } from './flows/purchase.ts'
import { RulesMemory, withOffer } from './memory.ts'
import { type Clause, understand } from './understand.ts'

/** The salesperson that needs no network: words -> clauses -> flows -> tools -> an answer. */
export function createRulesBrain(): Brain {
  return {
    async *decide(turn) {
      yield* stepsOf(turn)
    },
  }
}

/** Reads the catalog's words ahead of the first message, so that its answer is as quick as the others. */
export function readCatalog(vocabulary: BrainTurn['vocabulary']): void {
  understand('show me what you have', vocabulary)
}

/** What the brain does next, given the outcomes so far: some thoughts and a tool to run, or the answer. */
export function stepsOf(given: BrainTurn): BrainStep[] {
  const parsed = RulesMemory.safeParse(given.memory)
  const turn: Turn = {
    memory: withOffer(parsed.success ? parsed.data : RulesMemory.parse({}), given.offered),
    text: given.text,
    catalog: given.vocabulary,
    currency: given.currency,
    customerName: given.customerName,
    cardToken: given.cardToken,
  }
  if (given.resumed && given.results[0] !== undefined) return [answer(reported(given.results[0], turn), turn)]
  const before = turn.memory
  const clauses = understand(given.text, given.vocabulary)
  const replies: Said[] = []
  const queue = [...given.results]
  let calls = 0
  for (const clause of clauses) {
    const { flow, why } = chooseFlow(clause, turn)
    if (why !== NOT_UNDERSTOOD && why !== 'upset') turn.memory = { ...turn.memory, lost: 0 }
    const running = flow(clause, turn)
    let step = running.next()
    let first = true
    while (step.done !== true) {
      const outcome = queue.shift()
      calls += 1
      if (outcome === undefined) return [...thoughts(first, clause, why), toolStep(step.value, calls, turn)]
      first = false
      step = running.next(outcome)
    }
    replies.push(step.value)
  }
  return [
    ...(calls === 0 ? thoughts(true, clauses[0], 'no tool') : []),
    answer(keepingAside(together(replies), before, clauses, turn), turn),
  ]
}

function thoughts(first: boolean, clause: Clause | undefined, why: string): BrainStep[] {
  if (!first || clause === undefined) return []
  const found = [
    ...clause.terms.map(({ kind, value }) => `${kind} ${value}`),
    ...clause.quantities.ordinals.map((ordinal) => `number ${ordinal}`),
  ]
  return [
    { type: 'thought', text: `This asks for: ${why}${found.length === 0 ? '' : ` (${found.join(', ')})`}.` },
  ]
}

function toolStep(call: Call, order: number, turn: Turn): BrainStep {
  return { type: 'tool', callId: `call-${order}`, name: call.name, args: call.args, memory: turn.memory }
}

function answer(said: Said, turn: Turn): BrainStep {
  return {
    type: 'answer',
    text: said.text,
    memory: turn.memory,
    ...(said.attach === undefined ? {} : { attach: said.attach }),
  }
}

function together(replies: readonly Said[]): Said {
  const attach: Attachments = Object.assign({}, ...replies.map((said) => said.attach))
  const text = replies.map((said) => said.text).join('\n\n')
  return Object.keys(attach).length === 0 ? { text } : { text, attach }
}

/** The answer after a confirmation: the tool has run, and only its outcome is left to tell. */
function reported(outcome: ToolOutcome, turn: Turn): Said {
  if (outcome.name === 'place_order' && !outcome.ok) return notPlaced(outcome.error, turn)
  if (!outcome.ok) return apology(outcome.error, 'what you asked for')
  if (outcome.name === 'place_order') return placed(Order.parse(outcome.result), turn)
  return returned(Return.parse(outcome.result), undefined, turn)
}
