import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { Fields, fieldSetOf } from './fields.ts'
import { endOnErrors } from './insert.ts'
import { matching } from './matching.ts'
import { languageFor, letVariables } from './query-language.ts'
import { runWrite } from './retryable.ts'
import { checkBatchSize, runStatements } from './write-errors.ts'

const STATEMENT_FIELDS = fieldSetOf('q', 'limit', 'collation', 'hint')

interface DeleteStatement {
  readonly filter: Doc
  readonly limit: number
  readonly collation: Doc | undefined
  readonly hint: Value | undefined
}

function parseStatement(doc: Doc, retryable: boolean): DeleteStatement {
  const fields = new Fields('delete.deletes', doc)
  fields.refuseUnknown(STATEMENT_FIELDS)
  fields.required('limit')
  const limit = fields.integer('limit') ?? 0
  if (limit !== 0 && limit !== 1) {
    throw new MongoServerFault(
      'FailedToParse',
      `The limit field in delete objects must be 0 or 1. Got ${limit}`,
    )
  }
  if (limit === 0 && retryable)
    throw new MongoServerFault('InvalidOptions', 'Cannot use retryable writes with limit=0')
  return {
    filter: fields.requiredDocument('q'),
    limit,
    collation: fields.collation(),
    hint: fields.value('hint'),
  }
}

function remove(context: CommandContext): Doc | Promise<Doc> {
  const { fields } = context
  const namespace = context.namespace()
  const sources = fields.requiredDocuments('deletes')
  checkBatchSize(sources.length)
  const statements = sources.map((source) => parseStatement(source, context.retryNumber !== null))
  const options = { ordered: fields.boolean('ordered') ?? true, inTransaction: context.transaction !== null }
  const variables = letVariables(context)
  refuseView(context, namespace)
  const result = runWrite(context, (work) => {
    let n = 0
    const errors = runStatements(statements.length, options, (index) => {
      const statement = statements[index]
      if (statement === undefined) return
      const reader = work.reader(namespace)
      const language = languageFor(context, reader, statement.collation, variables)
      const { filter, limit, hint } = statement
      const found = matching(reader, { filter, limit, hint, language, deadline: context })
      for (const { id } of limit === 1 ? found : [...found]) {
        work.remove(namespace, id)
        n += 1
      }
    })
    const reply = new Map<string, Value>([['n', new Int32(n)]])
    if (errors.length > 0) reply.set('writeErrors', errors)
    return { reply, wrote: n > 0 }
  })
  return endOnErrors(context, result)
}

/** @throws MongoServerFault when the namespace is that of a view, which takes no writes */
export function refuseView({ host }: CommandContext, namespace: string): void {
  if (host.engine.collection(namespace)?.options.view != null) {
    throw new MongoServerFault(
      'CommandNotSupportedOnView',
      `Namespace ${namespace} is a view, not a collection`,
    )
  }
}

export const DELETE_COMMAND: Command = {
  name: 'delete',
  fields: fieldSetOf('deletes', 'ordered', 'let', 'bypassDocumentValidation', 'stmtId', 'stmtIds'),
  inTransaction: true,
  retryable: true,
  writes: true,
  run: remove,
}
