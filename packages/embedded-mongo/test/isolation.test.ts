import fc from 'fast-check'
import { type ClientSession, type Collection, MongoServerError } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningMongo, runMongo } from './support/mongo.ts'
import { type Outcome, SnapshotModel } from './support/session-model.ts'

interface Item {
  _id: number
  n: number
}

const SESSIONS = 3
const RUNS = 100
const PARTS = 4
const key = fc.integer({ min: 0, max: 4 })
const value = fc.integer({ min: 0, max: 9 })
const session = fc.integer({ min: 0, max: SESSIONS - 1 })

type Step =
  | { readonly kind: 'commit' | 'abort' | 'all' | 'range' | 'count'; readonly session: number }
  | {
      readonly kind: 'insert' | 'set'
      readonly session: number
      readonly key: number
      readonly value: number
    }
  | { readonly kind: 'delete' | 'one'; readonly session: number; readonly key: number }
  | { readonly kind: 'alone'; readonly key: number; readonly value: number | null }

/** What a session does begins its transaction where none is open. Without bias, which would do the same again and again. */
const step: fc.Arbitrary<Step> = fc.noBias(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('all', 'range', 'count'), session }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('commit'), session }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort'), session }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constantFrom('insert', 'set', 'set'), session, key, value }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('delete', 'one'), session, key }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('alone'), key, value: fc.option(value) }) },
  ),
)

describe('concurrent sessions', () => {
  let mongo: RunningMongo
  let sessions: ClientSession[]
  let run = 0

  beforeAll(async () => {
    mongo = await runMongo()
  })

  afterAll(() => mongo[Symbol.asyncDispose]())

  it.each(
    Array.from({ length: PARTS }, (_, part) => part + 1),
  )('see what the model of snapshot isolation sees, whatever they do: part %i', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50, size: 'max' }), async (steps) => {
        run += 1
        const items = mongo.client.db('model').collection<Item>(`items${run}`)
        await items.createIndex({ n: 1 })
        await items.insertMany([0, 1, 2].map((n) => ({ _id: n, n: n * 3 })))
        sessions = Array.from({ length: SESSIONS }, () => mongo.client.startSession())
        const model = new SnapshotModel()
        for (const n of [0, 1, 2]) model.writeAlone(n, n * 3)
        try {
          for (const each of steps) await take(each, items, model)
        } finally {
          for (const [number, each] of sessions.entries()) {
            model.abort(number)
            await each.endSession()
          }
        }
        expect(await read(items, null)).toEqual(sorted(model.committed))
      }),
      { numRuns: RUNS / PARTS },
    )
  })

  async function take(each: Step, items: Collection<Item>, model: SnapshotModel): Promise<void> {
    if (each.kind === 'alone') {
      if (model.isHeld(each.key)) return
      model.writeAlone(each.key, each.value)
      const filter = { _id: each.key }
      if (each.value === null) await items.deleteOne(filter)
      else await items.updateOne(filter, { $set: { n: each.value } }, { upsert: true })
      return
    }
    const number = each.session
    const driver = sessions[number]
    if (driver === undefined) return
    if (!model.isOpen(number)) {
      if (each.kind === 'commit' || each.kind === 'abort') return
      if (driver.inTransaction()) await driver.abortTransaction()
      driver.startTransaction()
      model.begin(number)
    }
    if (each.kind === 'commit') {
      model.commit(number)
      await driver.commitTransaction()
    } else if (each.kind === 'abort') {
      model.abort(number)
      await driver.abortTransaction()
    } else await use(each, items, model, driver)
  }

  async function use(
    each: Exclude<Step, { kind: 'alone' }>,
    items: Collection<Item>,
    model: SnapshotModel,
    driver: ClientSession,
  ): Promise<void> {
    const options = { session: driver }
    const seen = (): Map<number, number> => model.view(each.session)
    if (each.kind === 'all') expect(await read(items, driver)).toEqual(sorted(seen()))
    else if (each.kind === 'count') expect(await items.countDocuments({}, options)).toBe(seen().size)
    else if (each.kind === 'range') {
      const found = await items
        .find({ n: { $gte: 3, $lt: 7 } }, options)
        .sort({ n: -1, _id: 1 })
        .toArray()
      const expected = [...seen()].filter(([, n]) => n >= 3 && n < 7)
      expect(found.map(({ _id, n }) => [_id, n])).toEqual(
        expected.sort(([idA, a], [idB, b]) => b - a || idA - idB),
      )
    } else if (each.kind === 'one') {
      expect((await items.findOne({ _id: each.key }, options))?.n).toBe(seen().get(each.key))
    } else if (each.kind === 'insert') {
      const outcome = model.write(each.session, each.key, each.value, 'insert')
      const got = await outcomeOf(items.insertOne({ _id: each.key, n: each.value }, options))
      // MongoDB tells of the duplicate first where it sees both
      if (outcome === 'duplicate') expect(['duplicate', 'conflict']).toContain(got)
      else expect(got).toBe(outcome)
    } else if (each.kind === 'set') {
      const outcome = model.write(each.session, each.key, each.value, 'change')
      const write = items.updateOne({ _id: each.key }, { $set: { n: each.value } }, options)
      expect(await outcomeOf(write)).toBe(outcome)
    } else if (each.kind === 'delete') {
      const outcome = model.write(each.session, each.key, null, 'change')
      expect(await outcomeOf(items.deleteOne({ _id: each.key }, options))).toBe(outcome)
    }
  }
})

async function outcomeOf(write: Promise<unknown>): Promise<Outcome> {
  try {
    await write
    return 'done'
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error
    if (error.code === 112) return 'conflict'
    if (error.code === 11000) return 'duplicate'
    throw error
  }
}

async function read(items: Collection<Item>, session: ClientSession | null): Promise<number[][]> {
  const found = await items.find({}, session === null ? {} : { session }).toArray()
  return found.map(({ _id, n }) => [_id, n]).sort(([a = 0], [b = 0]) => a - b)
}

function sorted(state: ReadonlyMap<number, number>): number[][] {
  return [...state].sort(([a], [b]) => a - b)
}
