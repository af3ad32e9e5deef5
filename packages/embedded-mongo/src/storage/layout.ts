import type { DatabaseSync } from 'node:sqlite'
import { checkedBytes, checkSum } from './check-sums.ts'
import { DamagedStoreError } from './damage.ts'

const LAYOUT = 2

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS layout (version INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS collections (number INTEGER PRIMARY KEY, namespace TEXT NOT NULL, definition BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS records (collection INTEGER NOT NULL, id INTEGER NOT NULL, bytes BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (collection, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL, sum INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS statements (session BLOB NOT NULL, statement INTEGER NOT NULL, number TEXT NOT NULL, at INTEGER NOT NULL, reply BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (session, statement)) STRICT, WITHOUT ROWID;
`

/**
 * Makes the tables of a new file, and brings those of an older one to what this server writes.
 * @throws DamagedStoreError for a layout that this server does not know
 */
export function bringToLayout(database: DatabaseSync, file: string): void {
  const version = versionOf(database)
  if (version === LAYOUT) return
  if (version !== undefined && version !== 1)
    throw new DamagedStoreError(file, `its layout is ${String(version)}, this server knows ${LAYOUT}`)
  database.exec('BEGIN IMMEDIATE')
  if (version === 1) leaveFirstLayout(database, file)
  database.exec(SCHEMA)
  database.exec(`DELETE FROM layout; INSERT INTO layout VALUES (${LAYOUT}); COMMIT`)
}

function versionOf(database: DatabaseSync): unknown {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'layout'").get()
  return table === undefined ? undefined : database.prepare('SELECT version FROM layout').get()?.version
}

/** The first layout had no check sums of names and of remembered answers; the latter matter for half an hour only. */
function leaveFirstLayout(database: DatabaseSync, file: string): void {
  database.exec('DROP TABLE statements')
  const change = database.prepare('UPDATE collections SET sum = ? WHERE number = ?')
  for (const row of database.prepare('SELECT number, namespace, definition, sum FROM collections').all()) {
    const [number, namespace] = [Number(row.number), String(row.namespace)]
    const bytes = checkedBytes(row.definition, row.sum, file, `the definition of ${namespace}`, number)
    change.run(checkSum(bytes, number, namespace), number)
  }
}
