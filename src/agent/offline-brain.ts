import type { Brain } from './brain.ts'

export interface OfflineBrain extends Brain {
  /** Loads the language model (a fifth of a second of work) ahead of the first message. */
  prepare(): Promise<void>
}

/** The brain that needs neither key nor network. Its language model is loaded when it is first needed. */
export function createOfflineBrain(): OfflineBrain {
  let loading: Promise<Brain> | undefined
  const load = (): Promise<Brain> => {
    loading ??= import('./rules-brain/index.ts').then(({ createRulesBrain }) => createRulesBrain())
    return loading
  }
  return {
    async *decide(turn) {
      yield* (await load()).decide(turn)
    },
    prepare: async () => {
      await load()
    },
  }
}
