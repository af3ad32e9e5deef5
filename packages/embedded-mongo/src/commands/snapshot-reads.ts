import type { Timestamp } from 'bson'
import type { Transaction } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'

const KEPT_MS = 300_000
const MOST_KEPT = 200

/** Snapshots that sessions read from outside of transactions: kept for a while, found by their time. */
export class SnapshotReads {
  private readonly kept = new Map<string, { readonly work: Transaction; readonly since: number }>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** Opens a snapshot of now, or gives the one that was opened at this very time. */
  keep(time: Timestamp, open: () => Transaction): Transaction {
    const key = time.toString()
    const known = this.kept.get(key)
    if (known !== undefined) return known.work
    const work = open()
    this.kept.set(key, { work, since: this.now() })
    for (const [oldest] of this.kept) {
      if (this.kept.size <= MOST_KEPT) break
      this.drop(oldest)
    }
    return work
  }

  /** @throws MongoServerFault when the snapshot of that time is not there any more */
  at(time: Timestamp): Transaction {
    const found = this.kept.get(time.toString())
    if (found === undefined) {
      throw new MongoServerFault(
        'SnapshotTooOld',
        `Read timestamp ${time.toString()} is older than the oldest available timestamp.`,
      )
    }
    return found.work
  }

  sweep(): void {
    const now = this.now()
    for (const [key, { since }] of this.kept) if (now - since > KEPT_MS) this.drop(key)
  }

  close(): void {
    for (const key of [...this.kept.keys()]) this.drop(key)
  }

  private drop(key: string): void {
    this.kept.get(key)?.work.abort()
    this.kept.delete(key)
  }
}
