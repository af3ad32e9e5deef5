import { isDeepStrictEqual } from 'node:util'
import type { Brain, BrainStep, BrainTurn, ToolOutcome, ToolStep } from '../brain.ts'

/** Calls of the stand-in are told from the model's by their ids. */
const MARK = 'offline-'

/** Whether the stand-in has taken this run over already. */
export function hasTakenOver({ results }: Pick<BrainTurn, 'results'>): boolean {
  return results.some(({ callId }) => callId.startsWith(MARK))
}

/**
 * Lets the offline brain go on where a model gave up: it decides from the start, and where it wants a tool that has
 * run in this run already, it is given what that gave, so that nothing is done twice.
 */
export async function* standIn(offline: Brain, turn: BrainTurn): AsyncIterable<BrainStep> {
  const unused = [...turn.results]
  const given: ToolOutcome[] = []
  for (;;) {
    const before: BrainStep[] = []
    let wanted: ToolStep | undefined
    for await (const step of offline.decide({ ...turn, results: given })) {
      if (step.type === 'tool') {
        wanted = step
        break
      }
      before.push(step)
    }
    const found = wanted === undefined ? -1 : unused.findIndex((outcome) => isSame(outcome, wanted))
    if (wanted !== undefined && found >= 0) {
      given.push(...unused.splice(found, 1))
      continue
    }
    yield* before
    if (wanted !== undefined) yield { ...wanted, callId: `${MARK}${turn.results.length + 1}` }
    return
  }
}

/** The same tool with the same arguments, as far as both name them. */
function isSame(outcome: ToolOutcome, wanted: ToolStep): boolean {
  if (outcome.name !== wanted.name) return false
  const [ran, asked] = [argsOf(outcome.args), argsOf(wanted.args)]
  return Object.keys(ran)
    .filter((name) => name in asked)
    .every((name) => isDeepStrictEqual(ran[name], asked[name]))
}

function argsOf(args: unknown): Readonly<Record<string, unknown>> {
  return typeof args === 'object' && args !== null ? { ...args } : {}
}
