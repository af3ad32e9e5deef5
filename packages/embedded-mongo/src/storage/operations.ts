import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { checkSum } from './check-sums.ts'

/** One change to what is kept on disk; a commit's changes are kept all or not at all. */
export type StoreOperation =
  | { readonly kind: 'put'; readonly collection: number; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly collection: number; readonly id: number }
  | {
      readonly kind: 'define'
      readonly collection: number
      readonly namespace: string
      readonly definition: Uint8Array
    }
  | { readonly kind: 'drop'; readonly collection: number }
  | { readonly kind: 'event'; readonly sequence: number; readonly bytes: Uint8Array }
  | { readonly kind: 'trim-events'; readonly below: number }
  | {
      readonly kind: 'statement'
      readonly session: string
      readonly number: bigint
      readonly statement: number
      readonly at: number
      readonly reply: Uint8Array
    }
  | { readonly kind: 'forget-statements'; readonly before: number }

type StatementName =
  | 'put'
  | 'remove'
  | 'define'
  | 'drop'
  | 'drop-records'
  | 'event'
  | 'trim-events'
  | 'statement'
  | 'forget-statements'

type Statements = Readonly<Record<StatementName, StatementSync>>

function prepareStatements(database: DatabaseSync): Statements {
  return {
    put: database.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)'),
    remove: database.prepare('DELETE FROM records WHERE collection = ? AND id = ?'),
    define: database.prepare('INSERT OR REPLACE INTO collections VALUES (?, ?, ?, ?)'),
    drop: database.prepare('DELETE FROM collections WHERE number = ?'),
    'drop-records': database.prepare('DELETE FROM records WHERE collection = ?'),
    event: database.prepare('INSERT INTO events VALUES (?, ?, ?)'),
    'trim-events': database.prepare('DELETE FROM events WHERE sequence < ?'),
    statement: database.prepare('INSERT OR REPLACE INTO statements VALUES (?, ?, ?, ?, ?, ?)'),
    'forget-statements': database.prepare('DELETE FROM statements WHERE at < ?'),
  }
}

/** Makes changes in SQLite's tables; when they are kept is the caller's matter. */
export class OperationWriter {
  readonly #statements: Statements

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database)
  }

  apply(operation: StoreOperation): void {
    const statements = this.#statements
    const { kind } = operation
    if (kind === 'put') {
      const { collection, id, bytes } = operation
      statements.put.run(collection, id, bytes, checkSum(bytes, collection, id))
    } else if (kind === 'event') {
      statements.event.run(operation.sequence, operation.bytes, checkSum(operation.bytes, operation.sequence))
    } else if (kind === 'remove') statements.remove.run(operation.collection, operation.id)
    else if (kind === 'statement') {
      const { session, statement, number, at, reply } = operation
      const sum = checkSum(reply, session, statement, String(number))
      statements.statement.run(Buffer.from(session), statement, String(number), at, reply, sum)
    } else if (kind === 'define') {
      const { collection, namespace, definition } = operation
      statements.define.run(collection, namespace, definition, checkSum(definition, collection, namespace))
    } else if (kind === 'drop') {
      statements['drop-records'].run(operation.collection)
      statements.drop.run(operation.collection)
    } else if (kind === 'trim-events') statements['trim-events'].run(operation.below)
    else statements['forget-statements'].run(operation.before)
  }
}
