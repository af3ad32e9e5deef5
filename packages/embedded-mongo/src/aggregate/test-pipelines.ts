import { describe, expect, it } from 'vitest'
import { toDoc } from '../bson/convert.ts'
import type { Doc } from '../bson/document.ts'
import { type PipelineEnv, runPipeline } from './pipeline.ts'
import { NOW, typed } from './test-expressions.ts'

export type Collections = Readonly<Record<string, readonly object[]>>

export interface PipelineCase {
  readonly what: string
  readonly docs: readonly object[]
  readonly stages: readonly object[]
  readonly gives: readonly object[]
  readonly others?: Collections
}

/** What a pipeline gives for documents, beside which `others` are the other collections of its database. */
export function aggregated(
  docs: readonly object[],
  stages: readonly object[],
  others: Collections = {},
  env: Partial<PipelineEnv> = {},
): Doc[] {
  return [
    ...runPipeline(
      stages.map((stage) => toDoc(stage)),
      docs.map((doc) => toDoc(doc)),
      {
        db: 'db',
        collection: 'test',
        now: NOW,
        read: (namespace) => (others[namespace.slice('db.'.length)] ?? []).map((doc) => toDoc(doc)),
        ...env,
      },
    ),
  ]
}

/** A test for each pipeline and the documents that MongoDB gives. */
export function describePipelines(name: string, cases: readonly PipelineCase[]): void {
  describe(name, () => {
    it.each(cases.map((one) => [one.what, one] as const))('%s', (_what, { docs, stages, others, gives }) => {
      const results = aggregated(docs, stages, others).map((doc) => typed(doc))
      expect(results).toEqual(gives.map((doc) => typed(toDoc(doc))))
    })
  })
}
