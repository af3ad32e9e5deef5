import { equals } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { isIdIndex, parseIndexSpec } from '../index/spec.ts'
import { isTrue } from '../query/matcher.ts'
import type { StoreOperation } from '../storage/store.ts'
import { type Catalogue, databaseOf } from './catalogue.ts'
import type { CollectionState } from './collection.ts'
import type { Commits } from './commits.ts'
import { parseCollectionOptions } from './definition.ts'
import { buildIndex, sharedKeys } from './index-building.ts'
import type { IndexState } from './index-state.ts'
import type { SchemaEvent } from './oplog-entry.ts'
import type { Transaction } from './transaction.ts'
import type { CollectionOptions, IndexSpec, Namespace } from './types.ts'

export interface CollectionChange {
  /** Fields of the collection's options, as `create` takes them. */
  readonly options?: Doc
  /** Fields of an index's definition. */
  readonly index?: { readonly name: string; readonly changes: Doc }
}

export interface IndexCreation {
  readonly before: number
  readonly after: number
  /** Whether the collection began with it. */
  readonly created: boolean
}

/** A change of the schema on its way: done in memory step by step, each with the way back. */
class Change {
  readonly events: SchemaEvent[] = []
  readonly operations: StoreOperation[] = []
  readonly undo: Array<() => void> = []
}

/** Creates, changes and drops collections and indexes; each change is one commit. */
export class SchemaChanges {
  readonly #catalogue: Catalogue
  readonly #commits: Commits

  constructor(catalogue: Catalogue, commits: Commits) {
    this.#catalogue = catalogue
    this.#commits = commits
  }

  createCollection(
    namespace: Namespace,
    options: CollectionOptions = parseCollectionOptions(),
  ): Promise<void> {
    return this.#exclusively(
      () => [namespace],
      async () => {
        if (this.#catalogue.get(namespace) !== undefined) {
          throw new MongoServerFault('NamespaceExists', `Collection ${namespace} already exists.`)
        }
        const change = new Change()
        this.#create(namespace, options, change)
        await this.#commit(change)
      },
    )
  }

  dropCollection(namespace: Namespace): Promise<number | undefined> {
    return this.#exclusively(
      () => [namespace],
      async () => {
        const state = this.#catalogue.get(namespace)
        if (state === undefined) return undefined
        const change = new Change()
        this.#drop(state, change)
        await this.#commit(change)
        return state.indexes.length
      },
    )
  }

  dropDatabase(db: string): Promise<void> {
    return this.#exclusively(
      () => this.#catalogue.inDatabase(db).map(({ namespace }) => namespace),
      async () => {
        const states = this.#catalogue.inDatabase(db)
        if (states.length === 0) return
        const change = new Change()
        for (const state of states) this.#drop(state, change)
        change.events.push({ kind: 'dropDatabase', namespace: `${db}.`, uuid: null, description: null })
        await this.#commit(change)
      },
    )
  }

  renameCollection(from: Namespace, to: Namespace, dropTarget: boolean): Promise<void> {
    return this.#exclusively(
      () => [from, to],
      async () => {
        const state = this.#catalogue.get(from)
        if (state === undefined)
          throw new MongoServerFault('NamespaceNotFound', `Source collection ${from} does not exist`)
        if (from === to) throw new MongoServerFault('IllegalOperation', "Can't rename a collection to itself")
        const target = this.#catalogue.get(to)
        if (target !== undefined && !dropTarget)
          throw new MongoServerFault('NamespaceExists', 'target namespace exists')
        const change = new Change()
        if (target !== undefined) this.#drop(target, change)
        const sequence = this.#commits.sequence + 1
        this.#catalogue.rename(state, to, sequence)
        change.undo.push(() => this.#catalogue.rename(state, from, sequence))
        change.operations.push(this.#catalogue.definition(state))
        const description: Doc = new Map<string, Value>([
          [
            'to',
            new Map([
              ['db', databaseOf(to)],
              ['coll', to.slice(databaseOf(to).length + 1)],
            ]),
          ],
        ])
        if (target !== undefined) description.set('dropTarget', target.uuid)
        change.events.push({ kind: 'rename', namespace: from, uuid: state.uuid, to, description })
        await this.#commit(change)
      },
    )
  }

  collMod(namespace: Namespace, { options, index }: CollectionChange): Promise<void> {
    return this.#exclusively(
      () => [namespace],
      async () => {
        const state = this.#required(namespace)
        const change = new Change()
        const description: Doc = new Map()
        if (options !== undefined) {
          const before = state.options
          state.options = parseCollectionOptions(new Map([...before.source, ...options]))
          change.undo.push(() => {
            state.options = before
          })
          for (const [name, value] of options) description.set(name, value)
        }
        if (index !== undefined) {
          this.#changeIndex(state, index.name, index.changes, change)
          description.set('index', new Map<string, Value>([['name', index.name], ...index.changes]))
        }
        change.operations.push(this.#catalogue.definition(state))
        change.events.push({ kind: 'modify', namespace, uuid: state.uuid, description })
        await this.#commit(change)
      },
    )
  }

  createIndexes(namespace: Namespace, specs: readonly IndexSpec[]): Promise<IndexCreation> {
    return this.#exclusively(
      () => [namespace],
      async () => {
        const change = new Change()
        const present = this.#catalogue.get(namespace)
        if (present?.options.view != null)
          throw new MongoServerFault(
            'CommandNotSupportedOnView',
            `Namespace ${namespace} is a view, not a collection`,
          )
        const fresh: IndexSpec[] = []
        for (const spec of specs)
          if (isNew(spec, [...(present?.indexes.map((index) => index.spec) ?? [ID_ONLY]), ...fresh]))
            fresh.push(spec)
        if (fresh.length === 0 && present !== undefined)
          return { before: present.indexes.length, after: present.indexes.length, created: false }
        const built = present === undefined ? [] : fresh.map((spec) => buildIndex(present, spec))
        const state = present ?? this.#create(namespace, parseCollectionOptions(), change)
        if (present === undefined) built.push(...fresh.map((spec) => state.makeIndex(spec)))
        const before = state.indexes.length
        state.indexes.push(...built)
        change.undo.push(() => state.indexes.splice(before))
        if (built.length > 0) {
          const description: Doc = new Map([['indexes', fresh.map(({ source }) => source)]])
          change.events.push({ kind: 'createIndexes', namespace, uuid: state.uuid, description })
        }
        change.operations.push(this.#catalogue.definition(state))
        await this.#commit(change)
        return { before, after: before + built.length, created: present === undefined }
      },
    )
  }

  dropIndexes(namespace: Namespace, names: readonly string[] | '*'): Promise<number> {
    return this.#exclusively(
      () => [namespace],
      async () => {
        const state = this.#required(namespace)
        const before = [...state.indexes]
        if (names !== '*') {
          for (const name of names) {
            const index = before.find(({ spec }) => spec.name === name)
            if (index === undefined)
              throw new MongoServerFault('IndexNotFound', `index not found with name [${name}]`)
            if (isIdIndex(index.spec)) throw new MongoServerFault('InvalidOptions', 'cannot drop _id index')
          }
        }
        const goes = ({ spec }: IndexState): boolean =>
          !isIdIndex(spec) && (names === '*' || names.includes(spec.name))
        const dropped = before.filter(goes)
        if (dropped.length === 0) return before.length
        const change = new Change()
        state.indexes.splice(0, before.length, ...before.filter((index) => !goes(index)))
        change.undo.push(() => state.indexes.splice(0, state.indexes.length, ...before))
        change.operations.push(this.#catalogue.definition(state))
        const description: Doc = new Map([['indexes', dropped.map(({ spec }) => spec.source)]])
        change.events.push({ kind: 'dropIndexes', namespace, uuid: state.uuid, description })
        await this.#commit(change)
        return before.length
      },
    )
  }

  #required(namespace: Namespace): CollectionState {
    const state = this.#catalogue.get(namespace)
    if (state === undefined)
      throw new MongoServerFault('NamespaceNotFound', `ns does not exist: ${namespace}`)
    return state
  }

  #create(namespace: Namespace, options: CollectionOptions, change: Change): CollectionState {
    const state = this.#catalogue.make(namespace, options)
    this.#catalogue.add(state)
    change.undo.push(() => this.#catalogue.delete(state))
    change.operations.push(this.#catalogue.definition(state))
    change.events.push({ kind: 'create', namespace, uuid: state.uuid, description: createDescription(state) })
    return state
  }

  #drop(state: CollectionState, change: Change): void {
    this.#catalogue.delete(state, this.#commits.sequence + 1)
    change.undo.push(() => this.#catalogue.add(state))
    change.operations.push({ kind: 'drop', collection: state.number })
    change.events.push({ kind: 'drop', namespace: state.namespace, uuid: state.uuid, description: null })
  }

  #changeIndex(state: CollectionState, name: string, changes: Doc, change: Change): void {
    const at = state.indexes.findIndex(({ spec }) => spec.name === name)
    const index = state.indexes[at]
    if (index === undefined)
      throw new MongoServerFault('IndexNotFound', `cannot find index ${name} for ns ${state.namespace}`)
    if (isTrue(changes.get('unique'))) {
      const violations = sharedKeys(state, index).map((ids) => new Map<string, Value>([['ids', ids]]))
      if (violations.length > 0)
        throw new MongoServerFault(
          'CannotConvertIndexToUnique',
          'Cannot convert the index to unique. Please resolve conflicting documents before running collMod again.',
          { details: { violations } },
        )
    }
    const before = index.spec
    index.spec = parseIndexSpec(new Map([...before.source, ...changes]), state.namespace)
    change.undo.push(() => {
      index.spec = before
    })
  }

  async #commit({ events, operations, undo }: Change): Promise<void> {
    await this.#commits.record(events, operations, undo)
  }

  /** Makes a change as soon as no open transaction has to do with the collections that it is about. */
  async #exclusively<T>(namespaces: () => readonly Namespace[], change: () => Promise<T>): Promise<T> {
    for (;;) {
      const holder = this.#holderOf(namespaces())
      if (holder === undefined) return change()
      await this.#commits.waitFor(holder, undefined)
    }
  }

  #holderOf(namespaces: readonly Namespace[]): Transaction | undefined {
    for (const namespace of namespaces) {
      const [locker] = this.#catalogue.get(namespace)?.locks.values() ?? []
      const holder = locker ?? this.#catalogue.creatorOf(namespace) ?? this.#visitorOf(namespace)
      if (holder !== undefined) return holder
    }
    return undefined
  }

  #visitorOf(namespace: Namespace): Transaction | undefined {
    for (const transaction of this.#commits.open) if (transaction.visits(namespace)) return transaction
    return undefined
  }
}

const ID_ONLY: Pick<IndexSpec, 'name' | 'source'> = { name: '_id_', source: new Map([['key', new Map()]]) }

/** @throws MongoServerFault where an index of the same name or the same key is there, but with other options */
export function isNew(spec: IndexSpec, present: ReadonlyArray<Pick<IndexSpec, 'name' | 'source'>>): boolean {
  if (isIdIndex(spec)) return false
  for (const { name, source } of present) {
    const sameKey =
      equals(source.get('key') ?? null, spec.source.get('key') ?? null) &&
      equals(source.get('collation') ?? null, spec.source.get('collation') ?? null)
    const isText = spec.weights !== null && source.has('weights')
    const same = sameKey && sameOptions(source, spec.source)
    const alike = sameKey && sameOptions(source, spec.source, SIGNATURE)
    const both = `Requested index: ${spec.name}, existing index: ${name}`
    if (name === spec.name) {
      if (same) return false
      if (alike) {
        throw new MongoServerFault(
          'IndexOptionsConflict',
          `An equivalent index already exists with the same name but different options. ${both}`,
        )
      }
      throw new MongoServerFault(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. ${both}`,
      )
    }
    if (alike) {
      throw new MongoServerFault(
        'IndexOptionsConflict',
        same
          ? `Index already exists with a different name: ${name}`
          : `An equivalent index already exists with a different name and options. ${both}`,
      )
    }
    if (isText)
      throw new MongoServerFault(
        'IndexOptionsConflict',
        `only one text index per collection allowed, found existing text index "${name}"`,
      )
  }
  return true
}

const COMPARED = [
  'unique',
  'sparse',
  'expireAfterSeconds',
  'partialFilterExpression',
  'weights',
  'default_language',
  'language_override',
] as const

/** What tells two indexes on the same key apart, so that both may be there. */
const SIGNATURE = ['partialFilterExpression', 'unique', 'sparse'] as const

function sameOptions(a: Doc, b: Doc, names: readonly string[] = COMPARED): boolean {
  return names.every((name) => equals(a.get(name) || null, b.get(name) || null))
}

function createDescription({ options, indexes }: CollectionState): Doc {
  const [idIndex] = indexes
  return new Map<string, Value>([
    ...options.source,
    ...(idIndex === undefined ? [] : ([['idIndex', idIndex.spec.source]] as const)),
  ])
}
