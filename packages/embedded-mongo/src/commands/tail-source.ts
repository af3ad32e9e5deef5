import type { Doc } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import type { Engine } from '../engine/engine.ts'
import type { RecordId, StoredRecord } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { CompiledFilter } from '../query/matcher.ts'
import type { CompiledProjection } from '../query/projection.ts'
import type { DocumentSource, LiveSource } from './cursors.ts'

/** Follows a capped collection: what is inserted comes out, in order, for as long as the cursor keeps up. */
export class TailSource implements DocumentSource {
  ended = false
  readonly live: LiveSource
  private readonly engine: Engine
  private readonly namespace: string
  private readonly filter: CompiledFilter
  private readonly projection: CompiledProjection | null
  private records: Iterator<StoredRecord> | null = null
  private last: RecordId | null = null
  private toSkip: number
  /** Something was written since the collection was last read to its end. */
  private stale = true
  private readonly forget: () => void

  constructor(
    engine: Engine,
    namespace: string,
    filter: CompiledFilter,
    projection: CompiledProjection | null,
    { awaitData, skip }: { readonly awaitData: boolean; readonly skip: number },
  ) {
    this.engine = engine
    this.namespace = namespace
    this.filter = filter
    this.projection = projection
    this.toSkip = skip
    this.forget = this.whenChanged(() => {
      this.stale = true
    })
    this.live = {
      awaitData,
      changeStream: false,
      onNews: (wake) => this.whenChanged(wake),
      cursorFields: (): Doc | null => null,
    }
  }

  next(): Uint8Array | undefined {
    if (this.ended) return undefined
    for (;;) {
      if (this.records === null) {
        if (!this.stale) return undefined
        this.stale = false
        this.records = this.reopen()
      }
      const step = this.records.next()
      if (step.done === true) {
        this.records = null
        // a collection that is empty gives nothing to wait at: the cursor is dead at once, as in MongoDB
        if (this.last === null) this.close()
        return undefined
      }
      const record = step.value
      this.last = record.id
      if (!this.filter.matches(record.doc)) continue
      if (this.toSkip === 0)
        return this.projection === null ? record.bytes : encode(this.projection.apply(record.doc))
      this.toSkip -= 1
    }
  }

  close(): void {
    this.ended = true
    this.forget()
    this.records = null
  }

  private whenChanged(wake: () => void): () => void {
    return this.engine.onCommit((namespaces) => {
      if (namespaces.has(this.namespace)) wake()
    })
  }

  private *reopen(): Generator<StoredRecord> {
    const work = this.engine.begin({ snapshot: false })
    try {
      const reader = work.reader(this.namespace)
      if (reader === undefined) throw new MongoServerFault('QueryPlanKilled', 'collection dropped')
      const { last } = this
      if (last !== null && reader.get(last) === undefined) {
        throw new MongoServerFault(
          'CappedPositionLost',
          `CollectionScan died due to position in capped collection being deleted. Last seen record id: RecordId(${last})`,
        )
      }
      yield* last === null ? reader.scan() : reader.scanAfter(last)
    } finally {
      work.abort()
    }
  }
}
