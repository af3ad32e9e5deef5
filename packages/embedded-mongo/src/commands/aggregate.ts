import { MongoServerFault } from '../errors.ts'
import type { Reply } from '../wire/reply.ts'
import { AGGREGATE_FIELDS, requestOf, stagesOf, targetOf } from './aggregate-request.ts'
import { openChangeStream } from './change-streams.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { IteratorSource } from './cursors.ts'
import { explainPipeline } from './explain-pipeline.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { snapshotField } from './find.ts'
import { openCursor } from './open-cursor.ts'
import { isWriter, writePipeline } from './pipeline-output.ts'
import { pipelineDocuments } from './pipelines.ts'
import { searchNotEnabled } from './search-commands.ts'
import { encoded } from './views.ts'

function aggregate(context: CommandContext): Reply | Promise<Reply> {
  const { fields } = context
  const stages = stagesOf(context)
  const target = targetOf(context, stages)
  if (
    stages.some(
      (stage) => stage.has('$listSearchIndexes') || stage.has('$search') || stage.has('$searchMeta'),
    )
  )
    searchNotEnabled()
  if (fields.strictBoolean('explain') === true)
    return explainPipeline(context, requestOf(context, target, stages), 'queryPlanner')
  const cursor = fields.document('cursor')
  if (cursor === undefined) {
    throw new MongoServerFault(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    )
  }
  const cursorFields = new Fields('aggregate.cursor', cursor)
  cursorFields.refuseUnknown(CURSOR_FIELDS)
  const batchSize = cursorFields.count('batchSize')
  if (stages[0]?.has('$changeStream') === true) return openChangeStream(context, target, stages, batchSize)
  const request = requestOf(context, target, stages)
  const replyNamespace = target ?? `${context.db}.$cmd.aggregate`
  if (isWriter(stages.at(-1))) return writePipeline(context, request, replyNamespace)
  const view = context.readView()
  try {
    const documents = pipelineDocuments(context, view, request)
    return openCursor(context, replyNamespace, new IteratorSource(encoded(documents), () => view.release()), {
      batchSize,
      ...snapshotField(context),
    })
  } catch (error) {
    view.release()
    throw error
  }
}

const CURSOR_FIELDS = fieldSetOf('batchSize')

export const AGGREGATE_COMMAND: Command = {
  name: 'aggregate',
  fields: AGGREGATE_FIELDS,
  inTransaction: true,
  writes: true,
  run: aggregate,
}
