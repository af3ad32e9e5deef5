import type { RecordId } from './types.ts'

/** A place in an order: that of an index, or (all keys empty) that of insertion. */
export interface Entry {
  readonly key: string
  readonly id: RecordId
}

/** What a scan has to show in place of committed entries. */
export interface Differences {
  /** Changes whenever the answers of the other two may. */
  version(): number
  /** Whether the committed entries of a record are not those that the scan should show. */
  differs(id: RecordId): boolean
  /** The entries to be shown for all such records, in the order of the scan. */
  entries(): Entry[]
}

/**
 * The committed entries as a snapshot sees them. Other transactions may commit while the scan goes on: it notices, and
 * goes on from its place with what they have hidden from it.
 */
export function* mergeVisible(
  committed: Iterable<Entry>,
  differences: Differences,
  direction: 1 | -1,
): Generator<Entry> {
  let last: Entry | undefined
  let version = differences.version()
  let extras = differences.entries()
  let at = 0
  const refresh = (): void => {
    if (differences.version() === version) return
    version = differences.version()
    const from = last
    extras =
      from === undefined
        ? differences.entries()
        : differences.entries().filter((entry) => isBefore(from, entry, direction))
    at = 0
  }
  for (const entry of committed) {
    refresh()
    for (
      let extra = extras[at];
      extra !== undefined && isBefore(extra, entry, direction);
      extra = extras[at]
    ) {
      at += 1
      last = extra
      yield extra
      refresh()
    }
    if (differences.differs(entry.id)) continue
    last = entry
    yield entry
  }
  for (;;) {
    refresh()
    const extra = extras[at]
    if (extra === undefined) return
    at += 1
    last = extra
    yield extra
  }
}

export function inOrder(entries: Entry[], direction: 1 | -1): Entry[] {
  return entries.sort((a, b) => (isBefore(a, b, direction) ? -1 : 1))
}

function isBefore(a: Entry, b: Entry, direction: 1 | -1): boolean {
  if (a.key !== b.key) return direction === 1 ? a.key < b.key : a.key > b.key
  return direction === 1 ? a.id < b.id : a.id > b.id
}
