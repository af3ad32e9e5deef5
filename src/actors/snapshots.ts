/** How the snapshots of one kind of actor are written, and how those of older versions are brought up to date. */
export interface SnapshotFormat<S> {
  /** Counts up with each change of the shape. */
  readonly version: number
  initial(): S
  /** Checks what the database holds; throws when it is not of the shape. */
  parse(stored: unknown): S
  /** `migrations[n]` turns a snapshot of version `n` into one of version `n + 1`. */
  readonly migrations: Readonly<Record<number, (stored: unknown) => unknown>>
}

/** A snapshot that this program cannot read: it is left as it is, for a program that can. */
export class UnknownSnapshotError extends Error {
  constructor(key: string, version: number, options?: { cause?: unknown }) {
    super(`the snapshot of ${key} has version ${version}, which this program cannot read`, options)
    this.name = 'UnknownSnapshotError'
  }
}

/**
 * Brings a stored snapshot to the present version.
 * @throws UnknownSnapshotError for a newer version, a gap in the migrations, or a shape that does not fit
 */
export function restoreSnapshot<S>(
  format: SnapshotFormat<S>,
  key: string,
  stored: { readonly version: number | null; readonly snapshot?: unknown },
): S {
  if (stored.version === null) return format.initial()
  let snapshot = stored.snapshot
  for (let version = stored.version; version !== format.version; version += 1) {
    const migrate = format.migrations[version]
    if (migrate === undefined || version > format.version) throw new UnknownSnapshotError(key, stored.version)
    snapshot = migrate(snapshot)
  }
  try {
    return format.parse(snapshot)
  } catch (error) {
    throw new UnknownSnapshotError(key, stored.version, { cause: error })
  }
}
