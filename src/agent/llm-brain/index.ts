import { setTimeout as pause } from 'node:timers/promises'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { Brain, BrainStep, BrainTurn, ToolStep } from '../brain.ts'
import { type BrokenCall, isBroken, startGathering, type WantedCall } from './answer.ts'
import { createBreaker } from './breaker.ts'
import { attachmentsOf, notesOf, remembered } from './memory.ts'
import { BrokenAnswerError, isBrokenOff, type Model } from './model.ts'
import { callMessage, exchangeOf, messagesOf, resultMessage } from './prompt.ts'
import { hasTakenOver, standIn } from './stand-in.ts'

/** What became of one question to the model. */
export type ModelOutcome = 'answered' | 'failed' | 'skipped'

export interface LlmBrainOptions {
  readonly model: Model
  /** Goes on where the model fails. */
  readonly offline: Brain
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number
  /** Hears how each question to the model ended, and why it failed. */
  readonly asked: (outcome: ModelOutcome, error?: unknown) => void
  readonly used: (model: string, inputTokens: number, outputTokens: number) => void
}

/** A run as this instance has led it so far. */
interface Thread {
  readonly exchanges: ChatCompletionMessageParam[]
  /** Calls of one answer that have not run yet. */
  readonly pending: ToolStep[]
  /** How many results stand in the exchanges. */
  read: number
  repairs: number
}

/** From this many tools on the model must answer with what it has. */
const MOST_TOOLS = 12
const MOST_REPAIRS = 2
/** An answer that breaks off before anything of it was let out is asked for once more. */
const ATTEMPTS = 2
const PAUSE_MS = 200

/** The salesperson that asks a language model; the offline brain stands in whenever that fails. */
export function createLlmBrain(options: LlmBrainOptions): Brain {
  const threads = new WeakMap<AbortSignal, Thread>()
  const breaker = createBreaker(options.now)
  return {
    async *decide(turn) {
      // What a confirmed tool gave is told in the shop's own words.
      if (turn.resumed) return yield* options.offline.decide(turn)
      if (hasTakenOver(turn)) return yield* standIn(options.offline, turn)
      const thread = threadOf(threads, turn)
      const next = thread.pending.shift()
      if (next !== undefined) return yield next
      if (breaker.isOpen()) {
        options.asked('skipped')
        return yield* standIn(options.offline, turn)
      }
      let said = ''
      try {
        for await (const step of lead(options, turn, thread)) {
          if (step.type === 'piece') said += step.text
          if (step.type === 'answer' || step.type === 'tool') {
            // Nobody reads on behind this step.
            breaker.succeeded()
            options.asked('answered')
          }
          yield step
        }
      } catch (error) {
        if (turn.signal.aborted) throw error
        breaker.failed()
        options.asked('failed', error)
        yield* afterwards(said, standIn(options.offline, turn))
      }
    },
  }
}

/** The run's thread with what its tools have given since; one that another instance began is taken up from its results. */
function threadOf(threads: WeakMap<AbortSignal, Thread>, turn: BrainTurn): Thread {
  const known = threads.get(turn.signal)
  if (known === undefined) {
    const taken = { exchanges: exchangeOf(turn.results), pending: [], read: turn.results.length, repairs: 0 }
    threads.set(turn.signal, taken)
    return taken
  }
  known.exchanges.push(...turn.results.slice(known.read).map(resultMessage))
  known.read = turn.results.length
  return known
}

/** Asks until the model wants a tool or has answered. */
async function* lead(options: LlmBrainOptions, turn: BrainTurn, thread: Thread): AsyncIterable<BrainStep> {
  yield {
    type: 'thought',
    text: turn.results.length === 0 ? 'Let me think about that.' : 'Let me see what that gave.',
  }
  let said = ''
  for (;;) {
    const gathered = startGathering()
    for await (const step of asking(options, turn, thread, gathered, () => said !== '')) {
      if (step.type === 'piece') said += step.text
      yield step
    }
    const { rest, calls } = gathered.whole()
    if (calls.length === 0) {
      const text = said + rest
      if (text.trim() === '') throw new BrokenAnswerError('the model said nothing')
      const attach = attachmentsOf(text, turn.results)
      yield { type: 'answer', text, attach, memory: remembered(turn, attach) }
      return
    }
    const lead = rest.trim() === '' ? '' : `${rest.trimEnd()}\n`
    if (lead !== '') yield { type: 'piece', text: lead }
    said += lead
    const first = takeCalls(thread, turn, calls, said)
    if (first !== undefined) {
      yield first
      return
    }
    thread.repairs += 1
    if (thread.repairs > MOST_REPAIRS) throw new BrokenAnswerError('the model could not call a tool')
  }
}

/** One question; sentences come as pieces. Asked again when it breaks off before anything was let out. */
async function* asking(
  { model, used }: LlmBrainOptions,
  turn: BrainTurn,
  thread: Thread,
  gathered: ReturnType<typeof startGathering>,
  hasSaid: () => boolean,
): AsyncIterable<BrainStep> {
  const messages = messagesOf(turn, notesOf(turn.memory), thread.exchanges)
  const tools = turn.results.length < MOST_TOOLS
  for (let attempt = 1; ; attempt += 1) {
    let received = false
    try {
      for await (const piece of model.ask(messages, { tools, signal: turn.signal })) {
        if (piece.type === 'usage') {
          const { model: name, inputTokens, outputTokens } = piece
          used(name, inputTokens, outputTokens)
          yield piece
          continue
        }
        received = true
        const sentences = gathered.add(piece)
        if (sentences !== '') yield { type: 'piece', text: sentences }
      }
      return
    } catch (error) {
      const again = isBrokenOff(error) && !received && !hasSaid() && attempt < ATTEMPTS
      if (!again || turn.signal.aborted) throw error
      await pause(PAUSE_MS * attempt, undefined, { signal: turn.signal })
    }
  }
}

/** Notes the model's calls; gives the first that can run. Those that can't are told to the model with the reason. */
function takeCalls(
  thread: Thread,
  turn: BrainTurn,
  calls: ReadonlyArray<WantedCall | BrokenCall>,
  said: string,
): ToolStep | undefined {
  const numbered = calls.map((call, index) => ({
    call,
    callId: `model-${turn.results.length + 1}-${thread.repairs}-${index + 1}`,
  }))
  thread.exchanges.push(
    callMessage(
      numbered.map(({ call, callId }) => ({ id: callId, name: call.name, args: call.written || '{}' })),
      said,
    ),
  )
  for (const { call, callId } of numbered) {
    if (isBroken(call)) {
      thread.exchanges.push({
        role: 'tool',
        tool_call_id: callId,
        content: JSON.stringify({ error: call.why }),
      })
    } else {
      const memory = remembered(turn, {})
      thread.pending.push({ type: 'tool', callId, name: call.name, args: call.args, memory })
    }
  }
  return thread.pending.shift()
}

/** What the stand-in says comes behind what was said already. */
async function* afterwards(said: string, steps: AsyncIterable<BrainStep>): AsyncIterable<BrainStep> {
  for await (const step of steps) {
    if (step.type === 'answer' && said !== '') yield { ...step, text: `${said}\n${step.text}` }
    else yield step
  }
}
