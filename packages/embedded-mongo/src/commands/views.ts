import { Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { MongoServerFault } from '../errors.ts'
import type { BatchReply } from '../wire/reply.ts'
import type { CommandContext, ReadView } from './context.ts'
import { IteratorSource } from './cursors.ts'
import type { FindRequest } from './find.ts'
import { openCursor } from './open-cursor.ts'
import { pipelineDocuments } from './pipelines.ts'
import { type Language, letVariables } from './query-language.ts'

export function isView({ host }: CommandContext, namespace: string): boolean {
  return host.engine.collection(namespace)?.options.view != null
}

/** What a query on a view asks of the documents that the view gives. */
interface ViewQuery {
  readonly filter: Doc
  readonly skip: number
  readonly limit: number
  readonly language: Language
}

/** The documents of a view that match. */
export function documentsOf(
  context: CommandContext,
  view: ReadView,
  namespace: string,
  query: ViewQuery,
): Iterable<Doc> {
  return pipelineDocuments(context, view, {
    namespace,
    stages: stagesOf({ ...query, sort: undefined, projection: undefined }),
    collation: query.language.collationDoc,
    variables: query.language.variables,
    hint: undefined,
  })
}

/** A `find` on a view is a pipeline behind the view's own. */
export function aggregateView(
  context: CommandContext,
  namespace: string,
  request: FindRequest,
  view: ReadView,
): BatchReply {
  if (request.tailable)
    throw new MongoServerFault('CommandNotSupportedOnView', 'Tailable cursors are not supported on views')
  const documents = pipelineDocuments(context, view, {
    namespace,
    stages: stagesOf(request),
    collation: context.fields.collation(),
    variables: letVariables(context),
    hint: request.hint,
  })
  return openCursor(context, namespace, new IteratorSource(encoded(documents), () => view.release()), {
    batchSize: request.batchSize,
    singleBatch: request.singleBatch,
  })
}

export function* encoded(documents: Iterable<Doc>): Generator<Uint8Array> {
  for (const doc of documents) yield encode(doc)
}

function stagesOf(request: Pick<FindRequest, 'filter' | 'sort' | 'skip' | 'limit' | 'projection'>): Doc[] {
  const stages: Doc[] = []
  const add = (name: string, spec: Value): void => {
    stages.push(new Map([[name, spec]]))
  }
  if (request.filter.size > 0) add('$match', request.filter)
  if (request.sort !== undefined) add('$sort', request.sort)
  if (request.skip > 0) add('$skip', Long.fromNumber(request.skip))
  if (request.limit > 0) add('$limit', Long.fromNumber(request.limit))
  if (request.projection !== undefined && request.projection.size > 0) add('$project', request.projection)
  return stages
}
