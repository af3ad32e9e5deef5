import { validatePipeline } from '../aggregate/pipeline.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { Verbosity } from '../index/explain.ts'
import { explainFind } from '../index/explain.ts'
import type { CommandContext } from './context.ts'
import { completed, explainNothing } from './explanation.ts'
import { hintOf } from './matching.ts'
import { type PipelineRequest, plannedPipeline } from './pipelines.ts'

/** Explains the query that a pipeline begins with, and lists the stages behind it. */
export function explainPipeline(
  context: CommandContext,
  request: PipelineRequest,
  verbosity: Verbosity,
): Doc {
  const view = context.readView()
  try {
    const { namespace, reader, language, leading, rest, env } = plannedPipeline(context, view, request)
    validatePipeline(rest, env)
    const hint = hintOf(request.hint)
    const explained =
      reader === undefined
        ? explainNothing(leading.filter)
        : explainFind(reader, { ...leading, filterOptions: language.filterOptions, hint }, verbosity)
    const shown = namespace ?? `${context.db}.$cmd.aggregate`
    if (rest.length === 0) return completed(context, shown, explained)
    const stages: Value[] = [new Map<string, Value>([['$cursor', explained]]), ...rest]
    const planner = explained.get('queryPlanner')
    if (planner instanceof Map && !planner.has('namespace')) planner.set('namespace', shown)
    return completed(context, shown, new Map<string, Value>([['stages', stages]]))
  } finally {
    view.release()
  }
}
