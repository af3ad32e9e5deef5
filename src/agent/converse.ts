import { catalogVocabulary, minorDigits } from '../features/catalog/index.ts'
import type { RunEnd } from '../features/conversation/index.ts'
import type { AnswerStep, BrainStep, BrainTurn, ToolStep } from './brain.ts'
import { type GatedSpeech, gateSpeech } from './grounding/gated-speech.ts'
import type { Run } from './run.ts'
import { showThought } from './thinking.ts'

const LOCALE = 'en-IN'
/** A brain that asks for more tools than this in one run is going round in circles. */
const MOST_TOOLS = 16

/**
 * Lets the brain decide until it answers, running each tool that it asks for.
 * @param resumed the customer has agreed, and the tool she agreed to is the only outcome so far
 */
export async function converse(run: Run, text: string, resumed: boolean): Promise<RunEnd> {
  const { ctx, desk, tools } = run
  const vocabulary = await catalogVocabulary(ctx)
  const speech = gatedSpeech(run, text, vocabulary.names)
  let thoughts = 0
  for (let round = 0; round <= MOST_TOOLS; round += 1) {
    run.check()
    const turn: BrainTurn = {
      text,
      history: desk.history,
      memory: run.memory,
      offered: desk.offered,
      results: [...tools.outcomes],
      resumed,
      openConfirmation: openConfirmation(run, resumed),
      vocabulary,
      currency: ctx.config.currency,
      locale: LOCALE,
      customerName: desk.customerName,
      cardToken: desk.input.type === 'message' ? desk.input.cardToken : undefined,
      signal: run.signal,
    }
    const step = await decide(run, turn, speech, (thought) => showThought(desk, thoughts++, thought))
    if (step.type === 'answer') {
      speech.tell(step.text)
      speech.end()
      return run.answered(step.memory, step.attach)
    }
    run.useTool()
    const given = await tools.call(step)
    if ('bound' in given) return run.ask(step, given, step.memory ?? run.memory)
    run.think()
  }
  throw new Error(`the brain wanted more than ${MOST_TOOLS} tools in one run`)
}

/** Whatever the brain says goes through the gate. */
function gatedSpeech(run: Run, text: string, names: readonly string[]): GatedSpeech {
  const { ctx, desk } = run
  const words = desk.history.filter(({ role }) => role === 'customer').map((said) => said.text)
  const said = [...words, text].join('\n')
  const minorPerMajor = 10 ** minorDigits(ctx.config.currency)
  return gateSpeech(
    () => ({ evidence: run.evidence(), said, names, minorPerMajor }),
    (checked) => run.say(checked),
    (kinds) =>
      ctx.log.warn({ runId: desk.runId, kinds }, 'part of an answer was left out: no tool has told it'),
  )
}

function openConfirmation({ confirmation }: Run, resumed: boolean): BrainTurn['openConfirmation'] {
  if (resumed || confirmation === null || confirmation.lapsed) return undefined
  return { tool: confirmation.tool, args: confirmation.args }
}

/** Shows what the brain does on the way to its next tool or its answer; of a streamed answer only what is left unsaid. */
async function decide(
  run: Run,
  turn: BrainTurn,
  speech: GatedSpeech,
  think: (thought: string) => void,
): Promise<ToolStep | AnswerStep> {
  const steps = run.brain.decide(turn)[Symbol.asyncIterator]()
  let said = ''
  try {
    for (;;) {
      const next = await unlessStopped(run, steps.next())
      if (next.done === true) throw new Error('the brain ended without an answer')
      const step: BrainStep = next.value
      if (step.type === 'thought') think(step.text)
      else if (step.type === 'usage') run.addUsage(step)
      else if (step.type === 'piece') {
        said += step.text
        speech.tell(step.text)
      } else if (step.type === 'tool') return step
      else return { ...step, text: step.text.startsWith(said) ? step.text.slice(said.length) : '' }
    }
  } finally {
    void Promise.resolve(steps.return?.()).catch(() => undefined)
  }
}

/** A brain that waits for something is not waited for once the run must end. */
async function unlessStopped<T>(run: Run, work: Promise<T>): Promise<T> {
  run.check()
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = () => reject(run.signal.reason)
  run.signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, stopped])
  } catch (error) {
    run.check()
    throw error
  } finally {
    run.signal.removeEventListener('abort', stop)
  }
}
