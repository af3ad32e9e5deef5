import type { Brain, BrainTurn } from './brain.ts'

export interface OfflineBrain extends Brain {
  /** Loads the language model and reads the catalog (a third of a second of work) ahead of the first message. */
  prepare(vocabulary: BrainTurn['vocabulary']): Promise<void>
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
    async prepare(vocabulary) {
      await load()
      const { readCatalog } = await import('./rules-brain/index.ts')
      readCatalog(vocabulary)
    },
  }
}
