import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { checkedBytes } from './check-sums.ts'
import { DamagedStoreError } from './damage.ts'

/** Documents whose record ids differ in their lowest eight bits only, one behind the other in one piece of memory. */
export interface RecordRun {
  readonly ids: readonly number[]
  /** Each document begins with its length, as BSON does. */
  readonly bytes: Buffer
}

const RUN_BITS = 8
/** Above this documents come one by one, each as a run of its own. */
const LARGEST_RUN = 1024 * 1024

const NEXT = 'SELECT min(id) FROM records WHERE collection = ? AND id >= ?'
const HEADS =
  'SELECT json_group_array(id), json_group_array(sum), json_group_array(length(bytes)) FROM records WHERE collection = ? AND id BETWEEN ? AND ?'
/** As text, because SQLite joins nothing else; the bytes stay what they are, and in the order of the heads. */
const BYTES =
  "SELECT CAST(group_concat(CAST(bytes AS TEXT), '') AS BLOB) FROM records WHERE collection = ? AND id BETWEEN ? AND ?"

/**
 * Reads the documents of a collection by record id, some hundred with one query: a million rows would be a million small
 * objects, each of which costs more than the document in it.
 * @throws DamagedStoreError when bytes are not those that were written
 */
export function* recordRuns(database: DatabaseSync, collection: number, file: string): Generator<RecordRun> {
  const [next, heads, bytes] = [NEXT, HEADS, BYTES].map((sql) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  })
  if (next === undefined || heads === undefined || bytes === undefined) return
  for (let from = firstOf(next, collection, 0); from !== null; from = firstOf(next, collection, from)) {
    const to = from | ((1 << RUN_BITS) - 1)
    const [ids = [], sums = [], lengths = []] = row(heads, collection, from, to).map(numbersIn)
    const total = lengths.reduce((sum, length) => sum + length, 0)
    const parts = total <= LARGEST_RUN ? [ids] : ids.map((id) => [id])
    let at = 0
    for (const part of parts) {
      const [blob] = row(bytes, collection, part[0] ?? from, part.at(-1) ?? to)
      const run = { ids: part, bytes: bufferOf(blob) }
      check(run, sums.slice(at), lengths.slice(at), collection, file)
      at += part.length
      yield run
    }
    from = to + 1
  }
}

function check(
  { ids, bytes }: RecordRun,
  sums: readonly number[],
  lengths: readonly number[],
  collection: number,
  file: string,
): void {
  let position = 0
  for (const [at, id] of ids.entries()) {
    const end = position + (lengths[at] ?? 0)
    const what = `document ${id} of collection ${collection}`
    checkedBytes(bytes.subarray(position, end), sums[at], file, what, collection, id)
    if (end - position < 5 || bytes.readInt32LE(position) !== end - position)
      throw new DamagedStoreError(file, `${what} is not as long as it says`)
    position = end
  }
}

function row(statement: StatementSync, ...parameters: number[]): unknown[] {
  const found: unknown = statement.get(...parameters)
  return Array.isArray(found) ? found : []
}

function firstOf(statement: StatementSync, collection: number, from: number): number | null {
  const [id] = row(statement, collection, from)
  return typeof id === 'number' ? id : null
}

function numbersIn(json: unknown): number[] {
  const list: unknown = JSON.parse(String(json))
  return Array.isArray(list) ? list.map(Number) : []
}

function bufferOf(blob: unknown): Buffer {
  return blob instanceof Uint8Array
    ? Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
    : Buffer.alloc(0)
}
