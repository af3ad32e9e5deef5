import type { Doc } from '../bson/document.ts'
import type { Connection } from '../wire/connection.ts'

/** A command that is under way. */
export interface Operation {
  readonly id: number
  readonly connection: Connection
  readonly db: string
  readonly command: Doc
  /** Milliseconds on the clock of `performance`. */
  readonly startedAt: number
}

/** How many of each kind there were since the start, as `serverStatus` names them. */
export interface OperationCounts {
  insert: number
  query: number
  update: number
  delete: number
  getmore: number
  command: number
}

/** What the server is at, and has done. Commands that are answered at once are counted alone. */
export class Operations {
  readonly counts: OperationCounts = { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 }
  #requests = 0
  readonly #running = new Set<Operation>()

  get requests(): number {
    return this.#requests
  }

  /** Notes that a command has come; inserts and the like count as often as they have statements. */
  count(command: Doc): void {
    this.#requests += 1
    const { counts } = this
    const [name = ''] = command.keys()
    if (name === 'find') counts.query += 1
    else if (name === 'getMore') counts.getmore += 1
    else if (name === 'insert') counts.insert += statements(command, 'documents')
    else if (name === 'update') counts.update += statements(command, 'updates')
    else if (name === 'delete') counts.delete += statements(command, 'deletes')
    else counts.command += 1
  }

  /** Notes a command that has to wait for its answer. */
  begin(connection: Connection, db: string, command: Doc): Operation {
    const operation = { id: this.#requests, connection, db, command, startedAt: performance.now() }
    this.#running.add(operation)
    return operation
  }

  end(operation: Operation): void {
    this.#running.delete(operation)
  }

  running(): Iterable<Operation> {
    return this.#running
  }
}

function statements(command: Doc, field: string): number {
  const value = command.get(field)
  return Array.isArray(value) ? value.length : 0
}
