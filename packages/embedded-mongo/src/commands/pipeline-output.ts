import { outputTarget } from '../aggregate/output.ts'
import type { Doc } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'
import type { Reply } from '../wire/reply.ts'
import type { CommandContext } from './context.ts'
import { IteratorSource } from './cursors.ts'
import { refuseView } from './delete.ts'
import { openCursor } from './open-cursor.ts'
import { mergeAll, requireUnique } from './pipeline-merge.ts'
import { type PipelineRequest, pipelineDocuments } from './pipelines.ts'
import { forStorage } from './stored-documents.ts'

export function isWriter(stage: Doc | undefined): boolean {
  return stage !== undefined && (stage.has('$out') || stage.has('$merge'))
}

/** Runs a pipeline that ends in `$out` or `$merge`; its results are written in one commit. */
export async function writePipeline(
  context: CommandContext,
  request: PipelineRequest,
  replyNamespace: string,
): Promise<Reply> {
  const target = outputTarget(request.stages, context.db)
  if (target === undefined)
    throw new MongoServerFault('InternalError', 'the pipeline does not end in $out or $merge')
  const name = `$${target.kind}`
  if (context.transaction !== null) {
    throw new MongoServerFault(
      'OperationNotSupportedInTransaction',
      `${name} cannot be used in a transaction`,
    )
  }
  if (context.readConcern?.level === 'linearizable') {
    throw new MongoServerFault(
      'InvalidOptions',
      `${name} cannot be used with a 'linearizable' read concern level`,
    )
  }
  refuseView(context, target.namespace)
  const collation = collationOf(context, request)
  if (target.kind === 'merge') requireUnique(context, target, collation)
  else if (context.host.engine.collection(target.namespace)?.options.capped != null) {
    throw new MongoServerFault(
      17152,
      `namespace '${target.namespace}' is capped so it can't be used for $out`,
    )
  }
  const view = context.readView()
  let documents: Doc[]
  try {
    documents = [...pipelineDocuments(context, view, request)]
  } finally {
    view.release()
  }
  const bypass = context.fields.boolean('bypassDocumentValidation') === true
  const failures = await context.host.engine.run(
    (work) => {
      work.bypassValidation = bypass
      if (target.kind === 'merge')
        return mergeAll(context, work, target, { variables: request.variables, collation }, documents)
      replaceWhole(context, work, target.namespace, documents)
      return []
    },
    { deadline: context.deadline },
  )
  if (failures[0] !== undefined) throw failures[0]
  return openCursor(context, replyNamespace, new IteratorSource([]), { batchSize: undefined })
}

/** The collation of a pipeline: the command's, or else that of the collection or view which it reads. */
function collationOf({ host }: CommandContext, { collation, namespace }: PipelineRequest): Doc | undefined {
  if (collation !== undefined || namespace === null) return collation
  return host.engine.collection(namespace)?.options.collation ?? undefined
}

/** `$out`: the results take the place of all that the collection held. */
function replaceWhole(
  context: CommandContext,
  work: Transaction,
  namespace: string,
  documents: readonly Doc[],
): void {
  const reader = work.reader(namespace)
  if (reader === undefined) work.createCollection(namespace)
  else for (const { id } of [...reader.scan()]) work.remove(namespace, id)
  for (const doc of documents) work.insert(namespace, forStorage(doc, context.host.engine))
}
