import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { refusalOf } from './damage.ts'
import { inspect, refuseRemains } from './inspection.ts'
import { bringToLayout } from './layout.ts'

export interface SqliteFiles {
  readonly dataDir: string
  readonly file: string
  readonly markFile: string
  /** The file may not grow beyond this; null: as far as the disk goes. */
  readonly maxFileBytes: number | null
}

/** The log grows to 16 MB before it is worked into the file: what is written again and again is moved once. */
const LOG_PAGES = 4000

/** The log of a database file, which holds the latest commits. */
export function logOf(file: string): string {
  return `${file}-wal`
}

/**
 * Opens the database file for this process alone, after a look at whether it can be trusted.
 * @throws DataDirInUseError, DamagedStoreError
 */
export function openSqliteFile(files: SqliteFiles): DatabaseSync {
  const { file, dataDir } = files
  if (existsSync(file)) inspect(files)
  else refuseRemains(files)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec(
      `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA journal_size_limit = 67108864; BEGIN IMMEDIATE; COMMIT;`,
    )
    bringToLayout(database, file)
    if (files.maxFileBytes !== null) limit(database, files.maxFileBytes)
    return database
  } catch (error) {
    database?.close()
    throw refusalOf(error, file, dataDir)
  }
}

function limit(database: DatabaseSync, bytes: number): void {
  const pageSize = Number(database.prepare('PRAGMA page_size').get()?.page_size)
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / pageSize))}`)
}
