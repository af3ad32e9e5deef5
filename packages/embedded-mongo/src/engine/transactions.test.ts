import { describe, expect, test } from 'vitest'
import { fromDoc, toDoc, toValue } from '../bson/convert.ts'
import { find } from '../index/execute.ts'
import { parseIndexSpec } from '../index/spec.ts'
import { Engine, type Transaction } from './engine.ts'

const NS = 'shop.items'

function open(): Engine {
  return Engine.open({ dataDir: null, ttlSweepMs: 0 })
}

function ids(work: Transaction, filter: object = {}, sort?: object): unknown[] {
  const reader = work.reader(NS)
  if (reader === undefined) return []
  return [...find(reader, { filter: toDoc(filter), sort: sort && toDoc(sort) })].map(
    ({ doc }) => fromDoc(doc)._id,
  )
}

function all(engine: Engine, filter: object = {}, sort?: object): unknown[] {
  const work = engine.begin()
  try {
    return ids(work, filter, sort)
  } finally {
    work.abort()
  }
}

async function insert(engine: Engine, ...docs: object[]): Promise<void> {
  await engine.run((work) => {
    for (const doc of docs) work.insert(NS, toDoc(doc))
  })
}

function idOf(work: Transaction, id: number): number {
  const record = work.reader(NS)?.findById(toValue(id))
  if (record === undefined) throw new Error(`no document ${id}`)
  return record.id
}

function set(work: Transaction, id: number, doc: object): void {
  work.update(NS, idOf(work, id), toDoc({ _id: id, ...doc }), null)
}

describe('transactions', () => {
  test('read their own writes, which others see after the commit', async () => {
    const engine = open()
    await insert(engine, { _id: 1, a: 1 }, { _id: 2, a: 2 })
    const work = engine.begin()
    work.insert(NS, toDoc({ _id: 3, a: 3 }))
    set(work, 1, { a: 9 })
    work.remove(NS, idOf(work, 2))
    expect(ids(work, {}, { a: 1 })).toEqual([3, 1])
    expect(work.reader(NS)?.count).toBe(2)
    expect(all(engine)).toEqual([1, 2])
    await work.commit()
    expect(all(engine, {}, { a: 1 })).toEqual([3, 1])
  })

  test('keep their snapshot while others commit, through every index', async () => {
    const engine = open()
    await insert(engine, { _id: 1, a: 1 }, { _id: 2, a: 2 }, { _id: 3, a: 3 })
    await engine.createIndexes(NS, [parseIndexSpec(toDoc({ key: { a: 1 }, name: 'a_1' }))])
    const work = engine.begin()
    await engine.run((other) => {
      set(other, 1, { a: 10 })
      other.remove(NS, idOf(other, 2))
      other.insert(NS, toDoc({ _id: 4, a: 0 }))
    })
    expect(ids(work)).toEqual([1, 2, 3])
    expect(ids(work, { a: { $gte: 0 } }, { a: 1 })).toEqual([1, 2, 3])
    expect(ids(work, { a: { $gte: 0 } }, { a: -1 })).toEqual([3, 2, 1])
    expect(ids(work, { _id: 2 })).toEqual([2])
    expect(work.reader(NS)?.count).toBe(3)
    work.abort()
    expect(all(engine, { a: { $gte: 0 } }, { a: 1 })).toEqual([4, 3, 1])
  })

  test('a scan that is under way sees nothing of what is committed meanwhile', async () => {
    const engine = open()
    await insert(engine, ...Array.from({ length: 10 }, (_, n) => ({ _id: n, a: n })))
    await engine.createIndexes(NS, [parseIndexSpec(toDoc({ key: { a: 1 }, name: 'a_1' }))])
    const work = engine.begin()
    const reader = work.reader(NS)
    if (reader === undefined) throw new Error('no collection')
    const natural = find(reader, { filter: toDoc({}) })[Symbol.iterator]()
    const indexed = find(reader, { filter: toDoc({ a: { $gte: 0 } }), sort: toDoc({ a: 1 }) })[
      Symbol.iterator
    ]()
    const seen: unknown[][] = [[], []]
    for (let round = 0; round < 10; round += 1) {
      seen[0]?.push(fromDoc(natural.next().value.doc)._id)
      seen[1]?.push(fromDoc(indexed.next().value.doc)._id)
      await engine.run((other) => {
        const last = other.reader(NS)?.findById(toValue(9 - round))
        if (last !== undefined) other.remove(NS, last.id)
        other.insert(NS, toDoc({ _id: 100 + round, a: round + 0.5 }))
        const first = other.reader(NS)?.findById(toValue(round))
        if (first !== undefined) other.update(NS, first.id, toDoc({ _id: round, a: 50 }), null)
      })
    }
    expect(seen).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ])
    expect(natural.next().done).toBe(true)
    expect(indexed.next().done).toBe(true)
  })

  test('two that change one record conflict; the second is told to try again', async () => {
    const engine = open()
    await insert(engine, { _id: 1, a: 1 })
    const first = engine.begin()
    const second = engine.begin()
    set(first, 1, { a: 2 })
    expect(() => set(second, 1, { a: 3 })).toThrowError(
      expect.objectContaining({ code: 112, labels: ['TransientTransactionError'] }),
    )
    await first.commit()
    expect(() => set(second, 1, { a: 3 })).toThrowError(expect.objectContaining({ code: 112 }))
  })

  test('a write outside of transactions waits for the one that stands in its way', async () => {
    const engine = open()
    await insert(engine, { _id: 1, a: 1 })
    const blocker = engine.begin()
    set(blocker, 1, { a: 2 })
    let done = false
    const write = engine
      .run((work) =>
        set(work, 1, {
          a: Number(fromDoc(work.reader(NS)?.findById(toValue(1))?.doc ?? toDoc({})).a) + 1,
        }),
      )
      .then(() => {
        done = true
      })
    await new Promise((resolve) => setImmediate(resolve))
    expect(done).toBe(false)
    await blocker.commit()
    await write
    expect(all(engine, { a: 3 })).toEqual([1])
    const other = engine.begin()
    set(other, 1, { a: 4 })
    await expect(
      engine.run((work) => set(work, 1, { a: 5 }), { deadline: Date.now() + 5 }),
    ).rejects.toMatchObject({ code: 50 })
    other.abort()
  })

  test('unique keys: taken, claimed by an open transaction, given back, and lost since the snapshot', async () => {
    const engine = open()
    await insert(engine, { _id: 1, a: 1 })
    await engine.createIndexes(NS, [parseIndexSpec(toDoc({ key: { a: 1 }, name: 'a_1', unique: true }))])
    const duplicate = expect.objectContaining({
      code: 11000,
      message: 'E11000 duplicate key error collection: shop.items index: a_1 dup key: { a: 1 }',
    })
    await expect(insert(engine, { _id: 2, a: 1 })).rejects.toEqual(duplicate)
    const claimer = engine.begin()
    claimer.insert(NS, toDoc({ _id: 3, a: 7 }))
    const second = engine.begin()
    expect(() => second.insert(NS, toDoc({ _id: 4, a: 7 }))).toThrowError(
      expect.objectContaining({ code: 112 }),
    )
    expect(() => claimer.insert(NS, toDoc({ _id: 3, a: 8 }))).toThrowError(
      expect.objectContaining({ code: 11000 }),
    )
    claimer.abort()
    second.insert(NS, toDoc({ _id: 4, a: 7 }))
    await second.commit()
    const old = engine.begin()
    await engine.run((work) => work.remove(NS, idOf(work, 1)))
    expect(() => old.insert(NS, toDoc({ _id: 1, a: 20 }))).toThrowError(
      expect.objectContaining({ code: 112 }),
    )
    old.abort()
    const swap = engine.begin()
    swap.remove(NS, idOf(swap, 4))
    swap.insert(NS, toDoc({ _id: 5, a: 7 }))
    await swap.commit()
    expect(all(engine)).toEqual([5])
  })

  test('a collection that begins in a transaction is not there when it is aborted', async () => {
    const engine = open()
    const work = engine.begin()
    work.insert(NS, toDoc({ _id: 1 }))
    expect(ids(work)).toEqual([1])
    expect(engine.collection(NS)).toBeUndefined()
    expect(() => engine.begin().insert(NS, toDoc({ _id: 2 }))).toThrowError(
      expect.objectContaining({ code: 112 }),
    )
    work.abort()
    expect(engine.collection(NS)).toBeUndefined()
    await insert(engine, { _id: 3 })
    expect(all(engine)).toEqual([3])
  })

  test('a failed write leaves the transaction as it was', async () => {
    const engine = open()
    await insert(engine, { _id: 1 })
    await engine.run((work) => {
      expect(() => work.insert(NS, toDoc({ _id: 1 }))).toThrow()
      work.insert(NS, toDoc({ _id: 2 }))
    })
    expect(all(engine)).toEqual([1, 2])
  })

  test('a capped collection lets the oldest go', async () => {
    const engine = open()
    await engine.createCollection(
      NS,
      (await import('./definition.ts')).parseCollectionOptions(toDoc({ capped: true, size: 4096, max: 3 })),
    )
    for (let n = 1; n <= 5; n += 1) await insert(engine, { _id: n })
    expect(all(engine)).toEqual([3, 4, 5])
  })
})
