import { MongoBulkWriteError, type MongoClient, MongoNetworkError, MongoServerSelectionError } from 'mongodb'
import { ACCOUNTS, type Books, type Ledger, PARTS } from './kill-ledger.ts'

/** One writer: does its `turn`th piece of work. */
type Lane = (turn: number) => Promise<void>

/** Runs all lanes until `stopped` says so; what gets no answer is noted as unsure. */
export async function runLoad(
  client: MongoClient,
  books: Books,
  ledger: Ledger,
  round: number,
  stopped: () => boolean,
): Promise<void> {
  const lanes = lanesOf(client, books, ledger, round)
  await Promise.all(
    lanes.map(async (lane) => {
      for (let turn = 0; !stopped(); turn += 1) await lane(turn)
    }),
  )
}

function lanesOf(client: MongoClient, books: Books, ledger: Ledger, round: number): Lane[] {
  const lanes: Lane[] = []
  for (let number = 0; number < 4; number += 1) {
    lanes.push(
      (turn) => insertAndRemove(books, ledger, `i${round}-${number}-${turn}`, turn),
      (turn) => transfer(client, books, ledger, `t${round}-${number}-${turn}`, number + turn),
      (turn) => insertBatch(books, ledger, `b${round}-${number}-${turn}`),
      () => count(books, ledger, round * 10 + number),
    )
  }
  return lanes
}

async function attempt(ledger: Ledger, id: string, write: () => Promise<void>): Promise<void> {
  ledger.unsure.add(id)
  try {
    await write()
  } catch (error) {
    if (isAway(error)) return
    throw error
  }
  ledger.unsure.delete(id)
  ledger.note()
}

/** Whether an error says that the server went away, twice: the driver tries once more by itself. */
function isAway(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError) return isAway(error.errorResponse)
  return error instanceof MongoNetworkError || error instanceof MongoServerSelectionError
}

async function insertAndRemove(books: Books, ledger: Ledger, id: string, turn: number): Promise<void> {
  await attempt(ledger, id, async () => {
    await books.items.insertOne({ _id: id, code: `code ${id}`, group: turn % 7 })
    ledger.inserted.add(id)
    await books.items.updateOne({ _id: id }, { $set: { group: (turn % 7) + 10 } })
    if (turn % 3 !== 0) return
    ledger.inserted.delete(id)
    await books.items.deleteOne({ code: `code ${id}` })
    ledger.removed.add(id)
  })
}

async function transfer(
  client: MongoClient,
  books: Books,
  ledger: Ledger,
  id: string,
  chance: number,
): Promise<void> {
  const from = chance % ACCOUNTS
  const to = (chance * 5 + 1) % ACCOUNTS
  const amount = (chance % 9) + 1
  await attempt(ledger, id, async () => {
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await books.accounts.updateOne({ _id: from }, { $inc: { n: -amount } }, { session })
        await books.transfers.insertOne({ _id: id, from, to, amount }, { session })
        await books.accounts.updateOne({ _id: to }, { $inc: { n: amount } }, { session })
      }),
    )
    ledger.transferred.add(id)
  })
}

async function insertBatch(books: Books, ledger: Ledger, batch: string): Promise<void> {
  await attempt(ledger, batch, async () => {
    await books.parts.insertMany(
      Array.from({ length: PARTS }, (_, part) => ({ _id: `${batch}/${part}`, batch })),
    )
    ledger.batches.add(batch)
  })
}

/** A retryable write that must not count twice, however often the driver sends it. */
async function count(books: Books, ledger: Ledger, id: number): Promise<void> {
  const counted = ledger.counted.get(id) ?? { acknowledged: 0, unsure: 0 }
  ledger.counted.set(id, counted)
  counted.unsure += 1
  await attempt(ledger, `c${id}-${counted.acknowledged}`, async () => {
    await books.counters.findOneAndUpdate({ _id: id }, { $inc: { n: 1 } }, { upsert: true })
    counted.acknowledged += 1
    counted.unsure -= 1
  })
}
