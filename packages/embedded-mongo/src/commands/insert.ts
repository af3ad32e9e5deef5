import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Command } from './command.ts'
import { type CommandContext, checkClientMayWrite } from './context.ts'
import { fieldSetOf } from './fields.ts'
import { runWrite } from './retryable.ts'
import { forStorage } from './stored-documents.ts'
import { checkBatchSize, runStatements } from './write-errors.ts'

function insert(context: CommandContext): Doc | Promise<Doc> {
  const { fields, host } = context
  const namespace = context.namespace()
  checkClientMayWrite(context.db, context.collectionName())
  const documents = fields.requiredDocuments('documents')
  checkBatchSize(documents.length)
  const options = { ordered: fields.boolean('ordered') ?? true, inTransaction: context.transaction !== null }
  const bypass = fields.boolean('bypassDocumentValidation') === true
  const result = runWrite(context, (work) => {
    let n = 0
    work.bypassValidation = bypass
    const errors = runStatements(documents.length, options, (index) => {
      const document = documents[index]
      if (document === undefined) return
      work.insert(namespace, forStorage(document, host.engine))
      n += 1
    })
    const reply = new Map<string, Value>([['n', new Int32(n)]])
    if (errors.length > 0) reply.set('writeErrors', errors)
    return { reply, wrote: n > 0 }
  })
  return endOnErrors(context, result)
}

/** A statement that fails in a transaction ends the transaction, though the command itself succeeds. */
export function endOnErrors(context: CommandContext, result: Doc | Promise<Doc>): Doc | Promise<Doc> {
  if (context.transaction !== null && result instanceof Map && result.has('writeErrors'))
    context.session?.abortTransaction()
  return result
}

export const INSERT_COMMAND: Command = {
  name: 'insert',
  fields: fieldSetOf('documents', 'ordered', 'bypassDocumentValidation', 'stmtId', 'stmtIds'),
  inTransaction: true,
  retryable: true,
  writes: true,
  run: insert,
}
