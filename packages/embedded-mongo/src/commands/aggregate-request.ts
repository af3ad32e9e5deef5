import { MOST_STAGES } from '../aggregate/pipeline.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { type CommandContext, checkCollectionName } from './context.ts'
import { fieldSetOf } from './fields.ts'
import type { PipelineRequest } from './pipelines.ts'
import { letVariables } from './query-language.ts'

/** Stages that a pipeline of a whole database (`aggregate: 1`) may begin with. */
const WITHOUT_COLLECTION = fieldSetOf('$changeStream', '$currentOp', '$listLocalSessions', '$documents')

export const AGGREGATE_FIELDS = fieldSetOf(
  'pipeline',
  'cursor',
  'explain',
  'allowDiskUse',
  'bypassDocumentValidation',
  'collation',
  'hint',
  'let',
)

/** The pipeline of an `aggregate`. */
export function stagesOf({ fields }: CommandContext): Doc[] {
  fields.required('pipeline')
  const stages = fields.array('pipeline') ?? []
  if (stages.length > MOST_STAGES)
    throw new MongoServerFault(7749501, `Pipeline length must be no longer than ${MOST_STAGES} stages`)
  return stages.map((stage) => {
    if (!(stage instanceof Map))
      throw new MongoServerFault('TypeMismatch', "Each element of the 'pipeline' array must be an object")
    return stage
  })
}

/** The namespace that the pipeline reads; null for one of the whole database. */
export function targetOf({ db, fields }: CommandContext, stages: readonly Doc[]): string | null {
  const value = fields.value('aggregate')
  if (typeof value === 'string') {
    checkCollectionName(db, value)
    return `${db}.${value}`
  }
  if (fields.integer('aggregate') !== 1) {
    throw new MongoServerFault(
      'FailedToParse',
      "Invalid command format: the 'aggregate' field must specify a collection name or 1",
    )
  }
  const [first] = stages[0]?.keys() ?? []
  if (first === undefined || !WITHOUT_COLLECTION.has(first)) {
    throw new MongoServerFault(
      'InvalidNamespace',
      `{aggregate: 1} is not valid for '${first ?? 'an empty pipeline'}'; a collection is required.`,
    )
  }
  return null
}

export function requestOf(
  context: CommandContext,
  namespace: string | null,
  stages: readonly Doc[],
): PipelineRequest {
  const { fields } = context
  fields.strictBoolean('allowDiskUse')
  fields.boolean('bypassDocumentValidation')
  return {
    namespace,
    stages,
    collation: fields.collation(),
    variables: letVariables(context),
    hint: fields.value('hint'),
  }
}
