import { randomUUID } from 'node:crypto'
import { Binary } from 'bson'
import { idIndexSpec } from '../index/spec.ts'
import type { StoreOperation } from '../storage/store.ts'
import { CollectionState } from './collection.ts'
import { encodeDefinition } from './definition.ts'
import type { Transaction } from './transaction.ts'
import type { CollectionOptions, Namespace } from './types.ts'

/** Which collections there are. */
export class Catalogue {
  readonly #collections = new Map<Namespace, CollectionState>()
  /** Names of collections that begin with a transaction which is still open. */
  readonly #reserved = new Map<Namespace, Transaction>()
  /** Names that lost their collection, with the commit by which they did. */
  readonly #lost = new Map<Namespace, number>()
  #nextNumber = 1

  get(namespace: Namespace): CollectionState | undefined {
    return this.#collections.get(namespace)
  }

  all(): Iterable<CollectionState> {
    return this.#collections.values()
  }

  databases(): string[] {
    return [...new Set([...this.#collections.keys()].map(databaseOf))].sort()
  }

  inDatabase(db: string): CollectionState[] {
    return [...this.#collections.values()]
      .filter(({ namespace }) => databaseOf(namespace) === db)
      .sort((a, b) => (a.namespace < b.namespace ? -1 : 1))
  }

  /** A new collection, not yet in the catalogue. */
  make(namespace: Namespace, options: CollectionOptions): CollectionState {
    const number = this.#nextNumber
    this.#nextNumber += 1
    const uuid = new Binary(Buffer.from(randomUUID().replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID)
    const indexes = options.view === null ? [idIndexSpec(options.collation, options.clusteredIndex)] : []
    return new CollectionState(namespace, number, uuid, options, indexes)
  }

  add(state: CollectionState): void {
    this.#collections.set(state.namespace, state)
    if (state.number >= this.#nextNumber) this.#nextNumber = state.number + 1
  }

  /** Takes a collection out by the commit of this number; without one it never was there for anybody. */
  delete(state: CollectionState, sequence?: number): void {
    this.#collections.delete(state.namespace)
    if (sequence !== undefined) this.#lost.set(state.namespace, sequence)
  }

  rename(state: CollectionState, to: Namespace, sequence: number): void {
    this.delete(state, sequence)
    state.namespace = to
    this.#collections.set(to, state)
  }

  /** Whether a name has lost its collection since a snapshot, which can therefore not see it as it was. */
  isLostSince(namespace: Namespace, snapshot: number): boolean {
    return (this.#lost.get(namespace) ?? 0) > snapshot
  }

  creatorOf(namespace: Namespace): Transaction | undefined {
    return this.#reserved.get(namespace)
  }

  reserve(namespace: Namespace, transaction: Transaction): void {
    this.#reserved.set(namespace, transaction)
  }

  release(namespace: Namespace, transaction: Transaction): void {
    if (this.#reserved.get(namespace) === transaction) this.#reserved.delete(namespace)
  }

  /** What the disk has to know of a collection. */
  definition(state: CollectionState): StoreOperation {
    return {
      kind: 'define',
      collection: state.number,
      namespace: state.namespace,
      definition: encodeDefinition(state),
    }
  }
}

export function databaseOf(namespace: Namespace): string {
  return namespace.slice(0, namespace.indexOf('.'))
}
