import type { Timestamp } from 'bson'
import type { LogEntry } from './oplog-entry.ts'

/** Reads entries that memory does not hold any more. */
export interface EntryArchive {
  /** Entries after a sequence number, oldest first, read as they are asked for. */
  entriesAfter(sequence: number): Iterable<LogEntry>
}

/** How much of the log stays in memory where a disk has the rest. */
const WINDOW_BYTES = 4 * 1024 * 1024
/** So much of the archive is read at a time: who reads from it stops half way, or is slow. */
const ARCHIVE_BYTES = 1024 * 1024

/** The durable commits in their order: what change streams read from. Bounded by size; the oldest go first. */
export class Oplog {
  readonly #archive: EntryArchive | null
  readonly #limit: number
  readonly #listeners = new Set<(entry: LogEntry) => void>()
  #window: Array<LogEntry | undefined> = []
  #start = 0
  #windowBytes = 0
  #keptBytes = 0
  /** The sizes of entries that are on disk but not in the window are known by sum only, one sum for each window that was let go. */
  #archived: Array<{ readonly lastSequence: number; readonly bytes: number; readonly lastTime: Timestamp }> =
    []
  #first: { readonly sequence: number; readonly time: Timestamp } | null = null
  #last: { readonly sequence: number; readonly time: Timestamp } | null = null

  constructor(archive: EntryArchive | null, limit: number) {
    this.#archive = archive
    this.#limit = limit
  }

  /** The latest durable commit. */
  get last(): { readonly sequence: number; readonly time: Timestamp } | null {
    return this.#last
  }

  /** Whether everything after `time` is still there. */
  reaches(time: Timestamp): boolean {
    return this.#first === null || this.#first.sequence <= 1 || time.greaterThanOrEqual(this.#first.time)
  }

  /** Takes in an entry from the disk, on start, oldest first. */
  restore(entry: LogEntry): void {
    this.#add(entry)
    this.#shrinkWindow()
  }

  /** Takes in a commit that has become durable; answers below which number entries may go from the disk. */
  append(entry: LogEntry): number | null {
    this.#add(entry)
    const trimmed = this.#trim()
    for (const listener of [...this.#listeners]) listener(entry)
    return trimmed
  }

  onAppend(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The entries after a number, oldest first: those that are there now. */
  *after(sequence: number): Generator<LogEntry> {
    let at = sequence
    while (
      this.#archive !== null &&
      at < (this.#window[this.#start]?.sequence ?? Number.POSITIVE_INFINITY) - 1 &&
      at < (this.#last?.sequence ?? 0)
    ) {
      const entries = piece(this.#archive.entriesAfter(at))
      if (entries.length === 0) break
      for (const entry of entries) {
        // the disk may be ahead of what is durable
        if (entry.sequence > (this.#last?.sequence ?? 0)) return
        yield entry
        at = entry.sequence
      }
    }
    for (let index = this.#indexAfter(at); index < this.#window.length; index = this.#indexAfter(at)) {
      const entry = this.#window[index]
      if (entry === undefined) return
      at = entry.sequence
      yield entry
    }
  }

  /** The number of the last commit at or before a cluster time. */
  sequenceAt(time: Timestamp): number {
    if (this.#last === null || time.greaterThanOrEqual(this.#last.time)) return this.#last?.sequence ?? 0
    let found = (this.#first?.sequence ?? 1) - 1
    for (const entry of this.after(found)) {
      if (entry.time.greaterThan(time)) break
      found = entry.sequence
    }
    return found
  }

  #add(entry: LogEntry): void {
    this.#window.push(entry)
    this.#windowBytes += entry.bytes.length
    this.#keptBytes += entry.bytes.length
    const place = { sequence: entry.sequence, time: entry.time }
    this.#first ??= place
    this.#last = place
  }

  #trim(): number | null {
    if (this.#archive === null) {
      while (this.#keptBytes > this.#limit && this.#window.length - this.#start > 1)
        this.#keptBytes -= this.#dropOldest()
      const oldest = this.#window[this.#start]
      if (oldest !== undefined) this.#first = { sequence: oldest.sequence, time: oldest.time }
      return null
    }
    this.#shrinkWindow()
    const [oldest] = this.#archived
    if (this.#keptBytes <= this.#limit || oldest === undefined) return null
    this.#archived.shift()
    this.#keptBytes -= oldest.bytes
    // the last entry of the part that goes stays, so that a token of its time is known to have missed nothing
    this.#first = { sequence: oldest.lastSequence, time: oldest.lastTime }
    return oldest.lastSequence
  }

  #shrinkWindow(): void {
    if (this.#archive === null || this.#windowBytes <= 2 * WINDOW_BYTES) return
    let bytes = 0
    let last = this.#window[this.#start]
    while (this.#windowBytes > WINDOW_BYTES && last !== undefined) {
      last = this.#window[this.#start]
      bytes += this.#dropOldest()
    }
    if (last !== undefined) this.#archived.push({ lastSequence: last.sequence, lastTime: last.time, bytes })
  }

  #dropOldest(): number {
    const size = this.#window[this.#start]?.bytes.length ?? 0
    this.#window[this.#start] = undefined
    this.#start += 1
    this.#windowBytes -= size
    if (this.#start > 1024 && this.#start > this.#window.length / 2) {
      this.#window = this.#window.slice(this.#start)
      this.#start = 0
    }
    return size
  }

  #indexAfter(sequence: number): number {
    let low = this.#start
    let high = this.#window.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#window[middle]?.sequence ?? 0) <= sequence) low = middle + 1
      else high = middle
    }
    return low
  }
}

function piece(entries: Iterable<LogEntry>): LogEntry[] {
  const read: LogEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    read.push(entry)
    bytes += entry.bytes.length
    if (bytes >= ARCHIVE_BYTES) break
  }
  return read
}
