import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { DamagedStoreError, DataDirInUseError } from './damage.ts'
import { HighMark } from './high-mark.ts'

const LAYOUT = 1

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS layout (version INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS collections (number INTEGER PRIMARY KEY, namespace TEXT NOT NULL, definition BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS records (collection INTEGER NOT NULL, id INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (collection, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS statements (session BLOB NOT NULL, statement INTEGER NOT NULL, number TEXT NOT NULL, at INTEGER NOT NULL, reply BLOB NOT NULL, PRIMARY KEY (session, statement)) STRICT, WITHOUT ROWID;
`

/**
 * Opens the database file for this process alone, after a look at whether it can be trusted.
 * @throws DataDirInUseError, DamagedStoreError
 */
export function openSqliteFile(file: string, markFile: string, dataDir: string): DatabaseSync {
  if (existsSync(file)) inspect(file, markFile, dataDir)
  const database = connect(file, dataDir, false)
  try {
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; BEGIN IMMEDIATE; COMMIT;',
    )
    database.exec(SCHEMA)
    const version = database.prepare('SELECT version FROM layout').get()?.version
    if (version === undefined) database.prepare('INSERT INTO layout VALUES (?)').run(LAYOUT)
    else if (version !== LAYOUT)
      throw new DamagedStoreError(file, `its layout is ${String(version)}, this server knows ${LAYOUT}`)
    return database
  } catch (error) {
    database.close()
    throw refusal(error, file, dataDir)
  }
}

/** Reads without the right to write, so that what is found damaged stays as it is for whoever can mend it. */
function inspect(file: string, markFile: string, dataDir: string): void {
  const database = connect(file, dataDir, true)
  try {
    const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
    if (verdict !== 'ok') throw new DamagedStoreError(file, verdict)
    const marked = HighMark.read(markFile)
    if (marked === undefined) throw new DamagedStoreError(markFile, 'it does not hold the number of a commit')
    if (marked === null) return
    const known = database
      .prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'events'")
      .get()?.tables
    const last =
      known === 1 ? Number(database.prepare('SELECT max(sequence) AS last FROM events').get()?.last ?? 0) : 0
    if (last < marked) {
      throw new DamagedStoreError(
        file,
        `commits ${last + 1} to ${marked}, which were acknowledged, are missing from it or from ${file}-wal`,
      )
    }
  } catch (error) {
    throw refusal(error, file, dataDir)
  } finally {
    database.close()
  }
}

function connect(file: string, dataDir: string, readOnly: boolean): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0, readOnly })
  } catch (error) {
    throw refusal(error, file, dataDir)
  }
}

function refusal(error: unknown, file: string, dataDir: string): Error {
  if (error instanceof DamagedStoreError) return error
  const message = error instanceof Error ? error.message : String(error)
  if (/locked|busy/i.test(message)) return new DataDirInUseError(dataDir)
  return new DamagedStoreError(file, message, { cause: error })
}

/** A check sum of bytes that also knows where they belong. */
export function checkSum(bytes: Uint8Array, ...place: number[]): number {
  let seed = 0
  for (const part of place) seed = (Math.imul(seed, 31) + (part | 0)) >>> 0
  return crc32(bytes, seed)
}

/** The bytes of a row. @throws DamagedStoreError when they are not those that were written */
export function checkedBytes(
  bytes: unknown,
  sum: unknown,
  file: string,
  what: string,
  ...place: number[]
): Uint8Array {
  if (bytes instanceof Uint8Array && checkSum(bytes, ...place) === sum) return bytes
  throw new DamagedStoreError(file, `${what} does not have the bytes that were written`)
}

export type StatementName =
  | 'put'
  | 'remove'
  | 'define'
  | 'drop'
  | 'drop-records'
  | 'event'
  | 'trim-events'
  | 'statement'
  | 'forget-statements'

export function prepareStatements(database: DatabaseSync): Readonly<Record<StatementName, StatementSync>> {
  return {
    put: database.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)'),
    remove: database.prepare('DELETE FROM records WHERE collection = ? AND id = ?'),
    define: database.prepare('INSERT OR REPLACE INTO collections VALUES (?, ?, ?, ?)'),
    drop: database.prepare('DELETE FROM collections WHERE number = ?'),
    'drop-records': database.prepare('DELETE FROM records WHERE collection = ?'),
    event: database.prepare('INSERT INTO events VALUES (?, ?, ?)'),
    'trim-events': database.prepare('DELETE FROM events WHERE sequence < ?'),
    statement: database.prepare('INSERT OR REPLACE INTO statements VALUES (?, ?, ?, ?, ?)'),
    'forget-statements': database.prepare('DELETE FROM statements WHERE at < ?'),
  }
}
