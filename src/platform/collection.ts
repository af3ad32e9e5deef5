import type { Collection, CreateCollectionOptions, Db, Document, IndexDescription } from 'mongodb'
import type { z } from 'zod'

/** What must exist in the database before a store can work. */
export interface CollectionDeclaration {
  readonly name: string
  readonly indexes: readonly IndexDescription[]
  readonly options?: CreateCollectionOptions
}

/** A collection as its store declares it: the shape of its documents and the indexes that its queries need. */
export interface CollectionSpec<T extends Document> extends CollectionDeclaration {
  /** The driver's collection. Reads go through `parse`. */
  in(db: Db): Collection<T>
  /** Checks a document that came from the database; throws when it is not of the shape (a programming or migration error). */
  parse(document: unknown): T
  parseOrNull(document: unknown): T | null
}

/** Declares a collection. The composition root lists all of them once and makes their indexes at start. */
export function defineCollection<S extends z.ZodType<Document>>(spec: {
  name: string
  schema: S
  indexes?: readonly IndexDescription[]
  options?: CreateCollectionOptions
}): CollectionSpec<z.output<S>> {
  return {
    name: spec.name,
    indexes: spec.indexes ?? [],
    ...(spec.options === undefined ? {} : { options: spec.options }),
    in: (db) => db.collection<z.output<S>>(spec.name),
    parse: (document) => spec.schema.parse(document),
    parseOrNull: (document) =>
      document === null || document === undefined ? null : spec.schema.parse(document),
  }
}

const INDEX_OPTIONS_CONFLICT = 85
/** More would only wait for a connection each. */
const MADE_AT_ONCE = 4

/** Creates what is missing: collections (transactions need them to exist) and indexes. Safe to run at every start. */
export async function ensureCollections(db: Db, specs: readonly CollectionDeclaration[]): Promise<void> {
  const present = new Set(
    (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name),
  )
  const left = specs.values()
  const makeTheRest = async () => {
    for (const spec of left) await ensureCollection(db, spec, present.has(spec.name))
  }
  await Promise.all(Array.from({ length: MADE_AT_ONCE }, makeTheRest))
}

async function ensureCollection(db: Db, spec: CollectionDeclaration, isPresent: boolean): Promise<void> {
  if (!isPresent) {
    await db.createCollection(spec.name, spec.options).catch((error: unknown) => {
      if (!isNamespaceExists(error)) throw error
    })
  }
  if (spec.indexes.length > 0) await ensureIndexes(db, spec)
}

async function ensureIndexes(db: Db, { name, indexes }: CollectionDeclaration): Promise<void> {
  const create = () => db.collection(name).createIndexes([...indexes])
  try {
    await create()
  } catch (error) {
    if (!isOtherIndex(error)) throw error
    // how long documents are kept is all that an earlier version may have said otherwise, and all that can be changed
    for (const { key: keyPattern, expireAfterSeconds } of indexes) {
      if (expireAfterSeconds !== undefined)
        await db.command({ collMod: name, index: { keyPattern, expireAfterSeconds } })
    }
    await create()
  }
}

function isOtherIndex(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === INDEX_OPTIONS_CONFLICT
}

/** Another instance that starts at the same moment may have been quicker. */
function isNamespaceExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 48
}
