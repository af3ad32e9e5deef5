import { expect } from 'vitest'
import { ACCOUNTS, type Books, type Ledger, PARTS } from './kill-ledger.ts'

/** Holds what the server has against what it has acknowledged. */
export async function audit(books: Books, ledger: Ledger): Promise<void> {
  await auditItems(books, ledger)
  await auditTransfers(books, ledger)
  await auditBatches(books, ledger)
  await auditCounters(books, ledger)
  await auditIndexes(books)
}

/** Every index of every collection agrees with the documents. */
async function auditIndexes({ db }: Books): Promise<void> {
  for (const { collectionName } of await db.collections()) {
    const { errors, valid } = await db.command({ validate: collectionName })
    expect({ collectionName, valid, errors }).toEqual({ collectionName, valid: true, errors: [] })
  }
}

async function auditItems(books: Books, { inserted, removed, unsure }: Ledger): Promise<void> {
  const stored = await books.items.find({}, { hint: { $natural: 1 } }).toArray()
  const ids = new Set(stored.map(({ _id }) => _id))
  expect([...inserted].filter((id) => !ids.has(id) && !unsure.has(id))).toEqual([])
  expect([...removed].filter((id) => ids.has(id))).toEqual([])
  expect([...ids].filter((id) => !inserted.has(id) && !unsure.has(id))).toEqual([])
  expect(stored.filter(({ _id, group }) => inserted.has(_id) && !unsure.has(_id) && group < 10)).toEqual([])

  const byCode = [...stored].sort((a, b) => (a.code < b.code ? -1 : 1))
  expect(await books.items.find({}, { hint: { code: 1 } }).toArray()).toEqual(byCode)
  const byGroup = [...stored].sort((a, b) => a.group - b.group || (a.code > b.code ? -1 : 1))
  expect(await books.items.find({}, { hint: { group: 1, code: -1 } }).toArray()).toEqual(byGroup)
  const byId = [...stored].sort((a, b) => (a._id < b._id ? -1 : 1))
  expect(await books.items.find({}, { hint: { _id: 1 } }).toArray()).toEqual(byId)
}

/** A transfer is there with both its effects or not at all: the balances follow from the transfers. */
async function auditTransfers(books: Books, { transferred, unsure }: Ledger): Promise<void> {
  const transfers = await books.transfers.find().toArray()
  const ids = new Set(transfers.map(({ _id }) => _id))
  expect([...transferred].filter((id) => !ids.has(id))).toEqual([])
  expect([...ids].filter((id) => !transferred.has(id) && !unsure.has(id))).toEqual([])
  const balances = Array.from({ length: ACCOUNTS }, () => 0)
  for (const { from, to, amount } of transfers) {
    balances[from] = (balances[from] ?? 0) - amount
    balances[to] = (balances[to] ?? 0) + amount
  }
  const accounts = await books.accounts.find().sort({ _id: 1 }).toArray()
  expect(accounts.map(({ n }) => n)).toEqual(balances)
}

async function auditBatches(books: Books, { batches, unsure }: Ledger): Promise<void> {
  const sizes = await books.parts
    .aggregate<{ _id: string; size: number }>([{ $group: { _id: '$batch', size: { $sum: 1 } } }])
    .toArray()
  expect(sizes.filter(({ size }) => size !== PARTS)).toEqual([])
  const ids = new Set(sizes.map(({ _id }) => _id))
  expect([...batches].filter((id) => !ids.has(id))).toEqual([])
  expect([...ids].filter((id) => !batches.has(id) && !unsure.has(id))).toEqual([])
}

async function auditCounters(books: Books, { counted }: Ledger): Promise<void> {
  const stored = new Map((await books.counters.find().toArray()).map(({ _id, n }) => [_id, n]))
  const wrong = [...counted].filter(([id, { acknowledged, unsure }]) => {
    const n = stored.get(id) ?? 0
    return n < acknowledged || n > acknowledged + unsure
  })
  expect(wrong).toEqual([])
}
