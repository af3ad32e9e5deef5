/** The directory is held by another process, which is alive. */
export class DataDirInUseError extends Error {
  readonly dataDir: string

  constructor(dataDir: string) {
    super(`${dataDir} is in use by another process`)
    this.name = 'DataDirInUseError'
    this.dataDir = dataDir
  }
}

/** The files cannot be read as what they should be; nothing was changed. */
export class DamagedStoreError extends Error {
  readonly file: string
  readonly why: string

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(
      `the database file ${file} is damaged: ${why}. Restore it and what lies beside it under the same name from a copy, or move all of them away to start empty.`,
      options,
    )
    this.name = 'DamagedStoreError'
    this.file = file
    this.why = why
  }
}

/** SQLite's primary result codes (source: its manual, "Result and Error Codes"). */
const BUSY = 5
const LOCKED = 6
/** What the surroundings refuse, which says nothing about the file: permissions, a full disk, a folder in its place. */
const SURROUNDINGS = new Set([3, 8, 10, 13, 14])

export function isOfSurroundings(error: unknown): boolean {
  return SURROUNDINGS.has(resultCode(error))
}

/** What an error of SQLite means for who wants to open a file. */
export function refusalOf(error: unknown, file: string, dataDir: string): Error {
  if (error instanceof DamagedStoreError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = resultCode(error)
  if (code === BUSY || code === LOCKED) return new DataDirInUseError(dataDir)
  if (SURROUNDINGS.has(code))
    return new Error(`the database file ${file} cannot be opened: ${message}`, { cause: error })
  return new DamagedStoreError(file, message, { cause: error })
}

/** The primary one: its lowest byte. */
function resultCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}
