import type { Brain, BrainStep, BrainTurn } from '../../src/agent/brain.ts'

type Script = (turn: BrainTurn) => AsyncIterable<BrainStep> | Iterable<BrainStep>

/** A brain that does what a test tells it to, message by message. Without a script for a text it repeats the text. */
export interface ScriptedBrain extends Brain {
  /** What is done about a message of exactly this text (as stored). */
  on(text: string, script: Script): void
  /** What is said once a confirmed tool has run. */
  onResumed(script: Script): void
  /** Every turn it was asked about, oldest first. */
  readonly turns: readonly BrainTurn[]
}

/** An answer that changes nothing in the memory. */
export function answer(turn: BrainTurn, text: string): BrainStep {
  return { type: 'answer', text, memory: turn.memory }
}

export function createScriptedBrain(): ScriptedBrain {
  const scripts = new Map<string, Script>()
  const turns: BrainTurn[] = []
  let resumed: Script = (turn) => [answer(turn, `done: ${JSON.stringify(turn.results.map(({ ok }) => ok))}`)]
  return {
    turns,
    on: (text, script) => void scripts.set(text, script),
    onResumed(script) {
      resumed = script
    },
    async *decide(turn) {
      turns.push(turn)
      const script = turn.resumed ? resumed : scripts.get(turn.text)
      yield* script === undefined ? [answer(turn, `You said: ${turn.text}`)] : script(turn)
    },
  }
}

/** A promise and the function that resolves it, for holding a script until the test lets it go on. */
export function gate(): { readonly open: Promise<void>; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: promise, release: resolve }
}
