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
    const indexes = options.view === null ? [idIndexSpec(options.collation)] : []
    return new CollectionState(namespace, number, uuid, options, indexes)
  }

  add(state: CollectionState): void {
    this.#collections.set(state.namespace, state)
    if (state.number >= this.#nextNumber) this.#nextNumber = state.number + 1
  }

  delete(state: CollectionState): void {
    this.#collections.delete(state.namespace)
  }

  rename(state: CollectionState, to: Namespace): void {
    this.#collections.delete(state.namespace)
    state.namespace = to
    this.#collections.set(to, state)
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
