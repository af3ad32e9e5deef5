import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import type { StoredRecord } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import { type CompiledFilter, compileFilter } from '../query/matcher.ts'
import { compileProjection } from '../query/projection.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { refuseView } from './delete.ts'
import { fieldSetOf } from './fields.ts'
import { matching } from './matching.ts'
import { type Language, languageFor, letVariables, updateFor } from './query-language.ts'
import { runWrite, type WriteResult } from './retryable.ts'
import { insertUpsert, refuseExpr } from './update.ts'

interface FindAndModify {
  readonly namespace: string
  readonly filter: Doc
  readonly update: Value | undefined
  readonly returnNew: boolean
  readonly upsert: boolean
  readonly projection: Doc | undefined
}

function parse(context: CommandContext): FindAndModify {
  const { fields } = context
  const remove = fields.boolean('remove') ?? false
  const update = fields.value('update')
  const upsert = fields.boolean('upsert') ?? false
  const returnNew = fields.boolean('new') ?? false
  const refuse = (why: string): MongoServerFault => new MongoServerFault('FailedToParse', why)
  if (remove && update !== undefined) throw refuse('Cannot specify both an update and remove=true')
  if (!remove && update === undefined) throw refuse('Either an update or remove=true must be specified')
  if (remove && upsert) throw refuse('Cannot specify both upsert=true and remove=true')
  if (remove && returnNew)
    throw refuse("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document")
  if (remove && fields.has('arrayFilters')) throw refuse('Cannot specify arrayFilters and remove=true')
  return {
    namespace: context.namespace(),
    filter: fields.document('query') ?? new Map(),
    update,
    returnNew,
    upsert,
    projection: fields.document('fields'),
  }
}

function findAndModify(context: CommandContext): Doc | Promise<Doc> {
  const { fields } = context
  const asked = parse(context)
  const variables = letVariables(context)
  refuseView(context, asked.namespace)
  const sort = fields.document('sort')
  const hint = fields.value('hint')
  const bypass = fields.boolean('bypassDocumentValidation') === true
  return runWrite(context, (work) => {
    work.bypassValidation = bypass
    const reader = work.reader(asked.namespace)
    const language = languageFor(context, reader, fields.collation(), variables)
    const { filter } = asked
    const [record] = matching(reader, { filter, sort, limit: 1, hint, language, deadline: context })
    const compiled = compileFilter(filter, { ...language.filterOptions, text: () => true })
    if (asked.upsert) refuseExpr(compiled)
    const answer = answerer(asked, language, compiled)
    if (asked.update !== undefined)
      return modify(context, work, asked, asked.update, language, record, compiled, answer)
    if (record === undefined) return { reply: answer(0, null), wrote: false }
    const { doc } = record
    work.remove(asked.namespace, record.id)
    return { reply: answer(1, doc), wrote: true }
  })
}

type Answer = (n: number, value: Doc | null, upsertedId?: Value, updatedExisting?: boolean) => Doc

function answerer(asked: FindAndModify, language: Language, filter: CompiledFilter): Answer {
  const { projection } = asked
  const project =
    projection === undefined || projection.size === 0
      ? null
      : compileProjection(projection, language.filterOptions, filter)
  return (n, value, upsertedId, updatedExisting) => {
    const last = new Map<string, Value>([['n', new Int32(n)]])
    if (updatedExisting !== undefined) last.set('updatedExisting', updatedExisting)
    if (upsertedId !== undefined) last.set('upserted', upsertedId)
    return new Map<string, Value>([
      ['lastErrorObject', last],
      ['value', value === null || project === null ? value : project.apply(value)],
    ])
  }
}

function modify(
  context: CommandContext,
  work: Transaction,
  asked: FindAndModify,
  source: Value,
  language: Language,
  record: StoredRecord | undefined,
  filter: CompiledFilter,
  answer: Answer,
): WriteResult {
  const { namespace, returnNew } = asked
  const update = updateFor(context, source, language, context.fields.array('arrayFilters'))
  if (record === undefined) {
    if (!asked.upsert) return { reply: answer(0, null, undefined, false), wrote: false }
    const inserted = insertUpsert(context, work, namespace, update, asked.filter)
    return { reply: answer(1, returnNew ? inserted : null, inserted.get('_id') ?? null, false), wrote: true }
  }
  const before = record.doc
  const result = update.apply(before, filter.match(before)?.arrayIndex)
  if (result.changed) work.update(namespace, record.id, result.doc, result.description)
  return { reply: answer(1, returnNew ? result.doc : before, undefined, true), wrote: result.changed }
}

export const FIND_AND_MODIFY_COMMAND: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  fields: fieldSetOf(
    'query',
    'fields',
    'sort',
    'hint',
    'collation',
    'arrayFilters',
    'remove',
    'update',
    'upsert',
    'new',
    'let',
    'bypassDocumentValidation',
    'stmtId',
  ),
  inTransaction: true,
  retryable: true,
  writes: true,
  run: findAndModify,
}
