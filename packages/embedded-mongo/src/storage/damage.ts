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

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(
      `the database file ${file} is damaged: ${why}. Restore it from a copy, or move it away to start empty.`,
      options,
    )
    this.name = 'DamagedStoreError'
    this.file = file
  }
}
