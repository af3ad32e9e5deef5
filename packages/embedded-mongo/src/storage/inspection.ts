import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { DamagedStoreError, isOfSurroundings, refusalOf } from './damage.ts'
import { HighMark } from './high-mark.ts'
import type { SqliteFiles } from './sqlite-file.ts'

/**
 * Looks at whether a file can be trusted, without changing it.
 * @throws DataDirInUseError, DamagedStoreError
 */
export function inspect(files: SqliteFiles): void {
  try {
    lookAsReader(files)
  } catch (error) {
    throw refusalOf(error, files.file, files.dataDir)
  }
}

/** A mere reader needs room for an index of the log, which a full disk does not have: its owner keeps it in memory. */
function lookAsReader(files: SqliteFiles): void {
  try {
    look(files, true)
  } catch (error) {
    if (!isOfSurroundings(error)) throw error
    look(files, false)
  }
}

function look({ file, markFile }: SqliteFiles, readOnly: boolean): void {
  const database = new DatabaseSync(file, { timeout: 0, readOnly })
  try {
    if (!readOnly) database.exec('PRAGMA locking_mode = EXCLUSIVE')
    const verdict = String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
    if (verdict !== 'ok') throw new DamagedStoreError(file, verdict)
    requireMarked(database, file, markFile)
  } finally {
    database.close()
  }
}

function requireMarked(database: DatabaseSync, file: string, markFile: string): void {
  const marked = markIn(markFile)
  const tables = database.prepare("SELECT count(*) AS found FROM sqlite_schema WHERE name = 'events'").get()
  const last =
    tables?.found === 1 ? database.prepare('SELECT max(sequence) AS found FROM events').get()?.found : 0
  const first = Number(last ?? 0) + 1
  if (first > marked) return
  throw new DamagedStoreError(
    file,
    `commits ${first} to ${marked}, which were acknowledged, are missing from it or from ${file}-wal`,
  )
}

/** Without its file, what lies beside it tells that there was one: to begin anew would be a silent loss. */
export function refuseRemains({ file, markFile }: SqliteFiles): void {
  const marked = markIn(markFile)
  if (marked > 0) {
    throw new DamagedStoreError(
      file,
      `it is not there, although ${markFile} tells of ${marked} commits that were acknowledged`,
    )
  }
  if (existsSync(`${file}-wal`)) {
    throw new DamagedStoreError(file, `it is not there, although its log ${file}-wal is`)
  }
}

function markIn(file: string): number {
  const marked = HighMark.read(file)
  if (marked === undefined) throw new DamagedStoreError(file, 'it does not hold the number of a commit')
  return marked ?? 0
}
