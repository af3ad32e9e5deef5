import { MongoServerFault } from '../errors.ts'
import type { Engine } from './engine.ts'
import type { IndexReader, IndexSpec, Namespace, RecordId } from './types.ts'

/** So many documents are removed in one commit, so that others get their turn. */
const BATCH = 500
const WRITE_CONFLICT = 112
/** The earliest date that BSON and JavaScript have in common. */
const EARLIEST = new Date(-8.64e15)

/** Removes documents that have outlived the TTL index of their collection. */
export class TtlSweeper {
  readonly #engine: Engine
  readonly #now: () => number
  #intervalMs: number
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(engine: Engine, now: () => number, intervalMs: number) {
    this.#engine = engine
    this.#now = now
    this.#intervalMs = intervalMs
  }

  /** How long it rests between two rounds, from now on. */
  set intervalMs(intervalMs: number) {
    this.#intervalMs = intervalMs
    this.start()
  }

  start(): void {
    clearTimeout(this.#timer)
    if (this.#intervalMs <= 0 || this.#stopped) return
    this.#timer = setTimeout(() => {
      this.sweep()
        // a full disk or a closing engine: the next round tries again
        .catch(() => undefined)
        .finally(() => this.start())
    }, this.#intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** One round over all collections; resolves when what it removed is durable. */
  async sweep(): Promise<void> {
    for (const db of this.#engine.databases()) {
      for (const { namespace, indexes, options } of this.#engine.collections(db)) {
        if (options.capped !== null) continue
        for (const spec of indexes) {
          const seconds = spec.clustered ? options.expireAfterSeconds : spec.expireAfterSeconds
          if (seconds !== null) await this.#sweepIndex(namespace, spec, seconds)
        }
      }
    }
  }

  async #sweepIndex(namespace: Namespace, { name }: IndexSpec, seconds: number): Promise<void> {
    const until = new Date(this.#now() - seconds * 1000)
    for (;;) {
      if (this.#stopped) return
      const removed = await this.#removeExpired(namespace, name, until)
      if (removed < BATCH) return
    }
  }

  async #removeExpired(namespace: Namespace, name: string, until: Date): Promise<number> {
    const work = this.#engine.begin({ snapshot: true })
    try {
      const index = work.reader(namespace)?.indexes.find(({ spec }) => spec.name === name)
      const expired = index === undefined ? [] : expiredIn(index, until)
      let removed = 0
      for (const id of expired) {
        try {
          work.remove(namespace, id)
          removed += 1
        } catch (error) {
          // somebody is changing it: the next round looks again
          if (!(error instanceof MongoServerFault) || error.code !== WRITE_CONFLICT) throw error
        }
      }
      await work.commit()
      return removed
    } finally {
      work.abort()
    }
  }
}

function expiredIn(index: IndexReader, until: Date): RecordId[] {
  const ids: RecordId[] = []
  const range = { lower: { value: EARLIEST, inclusive: true }, upper: { value: until, inclusive: true } }
  for (const { id } of index.scan([[range]], 1)) {
    ids.push(id)
    if (ids.length === BATCH) break
  }
  return ids
}
