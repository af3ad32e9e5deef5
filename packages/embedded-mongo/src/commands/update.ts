import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'
import { type CompiledFilter, compileFilter } from '../query/matcher.ts'
import type { CompiledUpdate } from '../query/update.ts'
import type { Command } from './command.ts'
import { type CommandContext, checkClientMayWrite } from './context.ts'
import { refuseView } from './delete.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { endOnErrors } from './insert.ts'
import { matching } from './matching.ts'
import { type Language, languageFor, letVariables, updateFor } from './query-language.ts'
import { runWrite } from './retryable.ts'
import { forStorage } from './stored-documents.ts'
import { checkBatchSize, runStatements } from './write-errors.ts'

const STATEMENT_FIELDS = fieldSetOf('q', 'u', 'c', 'upsert', 'multi', 'collation', 'arrayFilters', 'hint')

/** One statement of an `update` command, checked but not compiled: that needs the collection. */
interface UpdateStatement {
  readonly filter: Doc
  readonly update: Value
  readonly upsert: boolean
  readonly multi: boolean
  readonly collation: Doc | undefined
  readonly arrayFilters: readonly Value[] | undefined
  readonly hint: Value | undefined
  readonly constants: Doc | undefined
}

/** What one statement did. */
interface UpdateOutcome {
  readonly matched: number
  readonly modified: number
  readonly upsertedId: Value | undefined
}

function parseStatement(doc: Doc, retryable: boolean): UpdateStatement {
  const fields = new Fields('update.updates', doc)
  fields.refuseUnknown(STATEMENT_FIELDS)
  const multi = fields.boolean('multi') ?? false
  const update = fields.required('u')
  if (multi && retryable)
    throw new MongoServerFault('InvalidOptions', 'Cannot use retryable writes with multi=true')
  return {
    filter: fields.requiredDocument('q'),
    update,
    upsert: fields.boolean('upsert') ?? false,
    multi,
    collation: fields.collation(),
    arrayFilters: fields.array('arrayFilters'),
    hint: fields.value('hint'),
    constants: fields.document('c'),
  }
}

function update(context: CommandContext): Doc | Promise<Doc> {
  const { fields } = context
  const namespace = context.namespace()
  checkClientMayWrite(context.db, context.collectionName())
  const sources = fields.requiredDocuments('updates')
  checkBatchSize(sources.length)
  const statements = sources.map((source) => parseStatement(source, context.retryNumber !== null))
  const options = { ordered: fields.boolean('ordered') ?? true, inTransaction: context.transaction !== null }
  const bypass = fields.boolean('bypassDocumentValidation') === true
  const variables = letVariables(context)
  refuseView(context, namespace)
  const result = runWrite(context, (work) => {
    work.bypassValidation = bypass
    let matched = 0
    let modified = 0
    const upserted: Doc[] = []
    const errors = runStatements(statements.length, options, (index) => {
      const statement = statements[index]
      if (statement === undefined) return
      const known = new Map([...variables, ...(statement.constants ?? [])])
      const language = languageFor(context, work.reader(namespace), statement.collation, known)
      const outcome = runStatement(context, work, namespace, statement, language)
      matched += outcome.matched
      modified += outcome.modified
      if (outcome.upsertedId === undefined) return
      upserted.push(
        new Map<string, Value>([
          ['index', new Int32(index)],
          ['_id', outcome.upsertedId],
        ]),
      )
    })
    const reply = new Map<string, Value>([['n', new Int32(matched + upserted.length)]])
    if (upserted.length > 0) reply.set('upserted', upserted)
    reply.set('nModified', new Int32(modified))
    if (errors.length > 0) reply.set('writeErrors', errors)
    return { reply, wrote: modified + upserted.length > 0 }
  })
  return endOnErrors(context, result)
}

function runStatement(
  context: CommandContext,
  work: Transaction,
  namespace: string,
  statement: UpdateStatement,
  language: Language,
): UpdateOutcome {
  const compiled = updateFor(context, statement.update, language, statement.arrayFilters)
  if (statement.multi && compiled.kind === 'replacement') {
    throw new MongoServerFault('FailedToParse', 'multi update is not supported for replacement-style update')
  }
  if (statement.constants !== undefined && compiled.kind !== 'pipeline')
    throw new MongoServerFault(51198, 'Constant values may only be specified for pipeline updates')
  const { filter } = statement
  const limit = statement.multi ? 0 : 1
  const found = matching(work.reader(namespace), {
    filter,
    limit,
    hint: statement.hint,
    language,
    deadline: context,
  })
  const positions = compileFilter(filter, { ...language.filterOptions, text: () => true })
  if (statement.upsert) refuseExpr(positions)
  let matched = 0
  let modified = 0
  // the records are collected first, so that a document that an update moves within an index does not come twice
  for (const { id, doc } of statement.multi ? [...found] : found) {
    matched += 1
    const result = compiled.apply(doc, positions.match(doc)?.arrayIndex)
    if (!result.changed) continue
    work.update(namespace, id, result.doc, result.description)
    modified += 1
  }
  if (matched > 0 || !statement.upsert) return { matched, modified, upsertedId: undefined }
  return {
    matched: 0,
    modified: 0,
    upsertedId: insertUpsert(context, work, namespace, compiled, filter).get('_id') ?? null,
  }
}

/** What an expression asks gives no fields to insert. */
export function refuseExpr(filter: CompiledFilter): void {
  if (!filter.hasExpr) return
  throw new MongoServerFault(
    'QueryFeatureNotAllowed',
    '$expr is not allowed in the query predicate for an upsert',
  )
}

/** Inserts what an upsert makes of its filter and its update. */
export function insertUpsert(
  context: CommandContext,
  work: Transaction,
  namespace: string,
  compiled: CompiledUpdate,
  filter: Doc,
): Doc {
  const doc = forStorage(compiled.forUpsert(filter), context.host.engine)
  work.insert(namespace, doc)
  return doc
}

export const UPDATE_COMMAND: Command = {
  name: 'update',
  fields: fieldSetOf('updates', 'ordered', 'bypassDocumentValidation', 'let', 'stmtId', 'stmtIds'),
  inTransaction: true,
  retryable: true,
  writes: true,
  run: update,
}
