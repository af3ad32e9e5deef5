import { BSON, type Collection, type Document, type MongoClient, MongoServerError } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from '../../test/support/mongo.ts'

/** A refusal, by MongoDB's code and the name that goes with it. */
export class Refusal {
  readonly code: number
  readonly codeName: string

  constructor(code: number, codeName: string) {
    this.code = code
    this.codeName = codeName
  }
}

export const refused = (code: number, codeName = `Location${code}`): Refusal => new Refusal(code, codeName)

/** What an expression gives that gives no value. */
export const MISSING = Symbol('missing')

/** Numbers as they came, of whichever type, and everything else as it stands in BSON. */
const RAW = { promoteValues: false, bsonRegExp: true } as const

/** The text of a value with all its types and the order of its fields. */
const exact = (value: unknown): string => BSON.EJSON.stringify({ value }, { relaxed: false })

async function outcome<T>(work: Promise<T>): Promise<T | Refusal> {
  try {
    return await work
  } catch (error) {
    if (error instanceof MongoServerError) return new Refusal(Number(error.code), codeNameIn(error))
    throw error
  }
}

/** Errors of single statements come without a name: the server gives none. */
function codeNameIn(error: MongoServerError): string {
  return String(error.codeName ?? error.errorResponse.codeName ?? '')
}

function expectOutcome(actual: unknown, expected: unknown): void {
  if (expected instanceof Refusal || actual instanceof Refusal) {
    expect(actual).toBeInstanceOf(Refusal)
    expect(expected, JSON.stringify(actual)).toBeInstanceOf(Refusal)
    if (!(expected instanceof Refusal && actual instanceof Refusal)) return
    expect(actual.code).toBe(expected.code)
    if (actual.codeName !== '') expect(actual.codeName).toBe(expected.codeName)
    return
  }
  expect(exact(actual)).toBe(exact(expected))
}

/** A table of cases: each row one test, on a collection of its own. */
export function theme(name: string, rows: (add: Rows) => void): void {
  describe(name, () => {
    let mongo: RunningMongo
    let client: MongoClient
    let made = 0
    beforeAll(async () => {
      mongo = await runMongo()
      client = await mongo.connect(RAW)
    })
    afterAll(async () => mongo[Symbol.asyncDispose]())
    const fresh = async (docs: readonly Document[]): Promise<Collection<Document>> => {
      made += 1
      const collection = client.db('semantics').collection<Document>(`c${made}`)
      if (docs.length > 0)
        await collection.insertMany(docs.map((doc, index): Document => ({ _id: index + 1, ...doc })))
      return collection
    }
    rows({
      test: (row, docs, run) =>
        it(row, async () => {
          const { collectionName } = await fresh(docs)
          await run(mongo.client.db('semantics').collection(collectionName), mongo.client)
        }),
      find: (row, docs, filter, expected, options = {}) =>
        it(row, async () => {
          const collection = await fresh(docs)
          const found = await outcome(collection.find(filter, options).toArray())
          expectOutcome(found instanceof Refusal ? found : found.map(({ _id }) => _id), expected)
        }),
      project: (row, doc, projection, expected, filter = {}) =>
        it(row, async () => {
          const collection = await fresh([doc])
          expectOutcome(await outcome(collection.findOne(filter, { projection })), expected)
        }),
      update: (row, before, update, expected, { filter = {}, ...options } = {}) =>
        it(row, async () => {
          const collection = await fresh(before === null ? [] : [before])
          const done = await outcome(collection.updateOne(filter, update, options))
          const after = await collection.findOne({}, { projection: { _id: 0 } })
          expectOutcome(done instanceof Refusal ? done : after, expected)
          if (done instanceof Refusal && before !== null) expectOutcome(after, withoutId(before))
        }),
      pipeline: (row, docs, stages, expected, options = {}) =>
        it(row, async () => {
          const collection = await fresh(docs)
          expectOutcome(await outcome(collection.aggregate(stages, options).toArray()), expected)
        }),
      expression: (row, expression, expected, doc = {}) =>
        it(row, async () => {
          const collection = await fresh([doc])
          const found = await outcome(
            collection.aggregate([{ $project: { _id: 0, v: expression } }]).toArray(),
          )
          if (found instanceof Refusal) expectOutcome(found, expected)
          else expectOutcome(found, [expected === MISSING ? {} : { v: expected }])
        }),
    })
  })
}

function withoutId({ _id, ...rest }: Document): Document {
  return rest
}

/** Adds rows to a table. Documents without an `_id` get their place in the list, from 1. `test` gets plain values. */
export interface Rows {
  test(
    row: string,
    docs: readonly Document[],
    run: (collection: Collection<Document>, client: MongoClient) => Promise<void>,
  ): void
  /** `expected`: the `_id`s in the order found. */
  find(
    row: string,
    docs: readonly Document[],
    filter: Document,
    expected: readonly unknown[] | Refusal,
    options?: Document,
  ): void
  project(
    row: string,
    doc: Document,
    projection: Document,
    expected: Document | Refusal,
    filter?: Document,
  ): void
  /** `expected`: the document afterwards, without its `_id`. What is refused must have changed nothing. */
  update(
    row: string,
    before: Document | null,
    update: Document | Document[],
    expected: Document | Refusal | null,
    options?: Document & { filter?: Document },
  ): void
  pipeline(
    row: string,
    docs: readonly Document[],
    stages: Document[],
    expected: readonly Document[] | Refusal,
    options?: Document,
  ): void
  expression(row: string, expression: unknown, expected: unknown, doc?: Document): void
}
