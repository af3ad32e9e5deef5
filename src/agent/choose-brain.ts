import type { Context } from '../platform/context.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Brain } from './brain.ts'

/** Longer silence of a model than this is taken for a failure. */
const SILENCE_MS = 10_000
const RETRIES = 2

/** The brain that the configuration asks for. A model's client is loaded only where one is wanted. */
export function chooseBrain(
  ctx: Context,
  offline: Brain,
  metrics: Pick<Metrics, 'model' | 'modelTokens'>,
): Brain {
  const { brain, apiKey, baseUrl, model } = ctx.config.agent
  if (brain === 'rules') return offline
  let loading: Promise<Brain> | undefined
  const load = async (): Promise<Brain> => {
    const [{ createLlmBrain }, { openModel }] = await Promise.all([
      import('./llm-brain/index.ts'),
      import('./llm-brain/model.ts'),
    ])
    return createLlmBrain({
      model: openModel({ apiKey, baseUrl, model, silenceMs: SILENCE_MS, retries: RETRIES }),
      offline,
      now: () => ctx.clock.now().getTime(),
      asked(outcome, error) {
        metrics.model.inc({ outcome })
        if (error !== undefined) ctx.log.warn({ err: error }, 'the model failed; the offline brain stands in')
      },
      used(name, inputTokens, outputTokens) {
        metrics.modelTokens.inc({ model: name, direction: 'in' }, inputTokens)
        metrics.modelTokens.inc({ model: name, direction: 'out' }, outputTokens)
      },
    })
  }
  return {
    async *decide(turn) {
      loading ??= load()
      yield* (await loading).decide(turn)
    },
  }
}
