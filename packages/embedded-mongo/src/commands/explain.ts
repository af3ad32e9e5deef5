import type { Doc, Value } from '../bson/document.ts'
import { isNumber } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Verbosity } from '../index/explain.ts'
import { explainFind, type OuterStage } from '../index/explain.ts'
import type { Reply } from '../wire/reply.ts'
import { AGGREGATE_FIELDS, requestOf, targetOf } from './aggregate-request.ts'
import type { Command } from './command.ts'
import { CommandContext } from './context.ts'
import { explainPipeline } from './explain-pipeline.ts'
import { completed, explainNothing } from './explanation.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { FIND_FIELDS } from './find.ts'
import { hintOf } from './matching.ts'
import { languageFor, letVariables } from './query-language.ts'

const VERBOSITIES = ['queryPlanner', 'executionStats', 'allPlansExecution'] as const

function explain(context: CommandContext): Reply {
  const { fields } = context
  const explained = fields.requiredDocument('explain')
  const asked = fields.string('verbosity') ?? 'allPlansExecution'
  const verbosity = VERBOSITIES.find((known) => known === asked)
  if (verbosity === undefined) {
    throw new MongoServerFault(
      'BadValue',
      `Enumeration value '${asked}' for field 'explain.verbosity' is not a valid value.`,
    )
  }
  const [name = ''] = explained.keys()
  const command = context.host.command(name)
  if (command === undefined)
    throw new MongoServerFault('CommandNotFound', `Explain failed due to unknown command: ${name}`)
  const inner = new CommandContext({
    ...partsOf(context),
    command,
    fields: new Fields(command.name, explained),
  })
  if (command.name === 'aggregate') {
    inner.fields.refuseUnknown(
      AGGREGATE_FIELDS,
      (field) => field === name || field.startsWith('$') || field === 'comment',
    )
    const stages = inner.fields.documents('pipeline') ?? []
    return explainPipeline(inner, requestOf(inner, targetOf(inner, stages), stages), verbosity)
  }
  return explainQuery(inner, verbosity)
}

function partsOf(context: CommandContext): ConstructorParameters<typeof CommandContext>[0] {
  const { host, connection, command, fields, db, session, transaction, retryNumber, readConcern, deadline } =
    context
  return { host, connection, command, fields, db, session, transaction, retryNumber, readConcern, deadline }
}

/** The query within a command that can be explained. */
interface ExplainedQuery {
  readonly filter: Doc
  readonly sort: Doc | undefined
  readonly skip: number
  readonly limit: number
  readonly hint: Value | undefined
  readonly collation: Doc | undefined
  readonly outer: OuterStage
}

function explainQuery(context: CommandContext, verbosity: Verbosity): Doc {
  const namespace = context.namespace()
  const query = queryOf(context)
  const view = context.readView()
  try {
    const reader = view.reader(namespace)
    const language = languageFor(context, reader, query.collation, letVariables(context))
    const { filter, sort, skip, limit, hint } = query
    if (reader === undefined) return completed(context, namespace, explainNothing(filter))
    const explained = explainFind(
      reader,
      { filter, filterOptions: language.filterOptions, sort, skip, limit, hint: hintOf(hint) },
      verbosity,
      query.outer,
    )
    return completed(context, namespace, explained)
  } finally {
    view.release()
  }
}

function queryOf({ command, fields }: CommandContext): ExplainedQuery {
  const none: Doc = new Map()
  switch (command.name) {
    case 'find':
      fields.refuseUnknown(
        FIND_FIELDS,
        (field) => field === 'find' || field.startsWith('$') || field === 'comment' || field === 'maxTimeMS',
      )
      return {
        filter: fields.document('filter') ?? none,
        sort: fields.document('sort'),
        skip: fields.count('skip') ?? 0,
        limit: fields.count('limit') ?? 0,
        hint: fields.value('hint'),
        collation: fields.collation(),
        outer: projecting(fields.document('projection')),
      }
    case 'count':
    case 'distinct':
    case 'findAndModify':
      return {
        filter: fields.document('query') ?? none,
        sort: fields.document('sort'),
        skip: fields.count('skip') ?? 0,
        limit: command.name === 'findAndModify' ? 1 : (fields.count('limit') ?? 0),
        hint: fields.value('hint'),
        collation: fields.collation(),
        outer: outerOf(command.name, fields),
      }
    case 'update':
    case 'delete':
      return statementOf(fields, command.name === 'update' ? 'updates' : 'deletes')
    default:
      throw new MongoServerFault('CommandNotSupported', `Explain is not supported for ${command.name}`)
  }
}

function statementOf(fields: Fields, list: string): ExplainedQuery {
  const [statement, second] = fields.requiredDocuments(list)
  if (statement === undefined || second !== undefined)
    throw new MongoServerFault('InvalidLength', 'explained write batches must be of size 1')
  const inner = new Fields(`${fields.path}.${list}`, statement)
  return {
    filter: inner.requiredDocument('q'),
    sort: undefined,
    skip: 0,
    limit: 0,
    hint: inner.value('hint'),
    collation: inner.collation(),
    outer: within(list === 'updates' ? 'UPDATE' : 'DELETE'),
  }
}

function within(stage: string): OuterStage {
  return (inputStage) =>
    new Map<string, Value>([
      ['stage', stage],
      ['inputStage', inputStage],
    ])
}

function outerOf(command: string, fields: Fields): OuterStage {
  if (command === 'count') return within('COUNT')
  if (command === 'findAndModify') return within(fields.boolean('remove') === true ? 'DELETE' : 'UPDATE')
  return (search) => search
}

/** A projection of plain fields is simple; anything that computes is not. */
function projecting(projection: Doc | undefined): OuterStage {
  if (projection === undefined || projection.size === 0) return (search) => search
  const isPlain = [...projection].every(
    ([name, value]) => !name.includes('.') && (typeof value === 'boolean' || isNumber(value)),
  )
  return (inputStage) =>
    new Map<string, Value>([
      ['stage', isPlain ? 'PROJECTION_SIMPLE' : 'PROJECTION_DEFAULT'],
      ['transformBy', projection],
      ['inputStage', inputStage],
    ])
}

export const EXPLAIN_COMMAND: Command = { name: 'explain', fields: fieldSetOf('verbosity'), run: explain }
