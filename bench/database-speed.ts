import { type Collection, type Document, MongoClient } from 'mongodb'
import { type Figure, median, perSecond, quantile } from './figures.ts'

const IN_FLIGHT = 32
const ROUNDS = 25
const SLICE_MS = 120
const DOCUMENTS = 20_000
const EVENTS = 1000

type Task = (lane: number, turn: number) => Promise<unknown>

/**
 * What the database does in a second, as parts of what the driver's `ping` does at the same time: each slice stands
 * between two slices of `ping`, so that whatever else the machine has to do falls on both.
 */
export async function speedFigures(uri: string): Promise<Figure[]> {
  const client = await MongoClient.connect(uri, { maxPoolSize: IN_FLIGHT + 4, minPoolSize: IN_FLIGHT })
  try {
    const items = client.db('bench').collection('items')
    await fill(items)
    const ping: Task = () => client.db('admin').command({ ping: 1 })
    const figures: Figure[] = []
    const pings: number[] = []
    for (const { name, promise, task } of tasksOf(client, items)) {
      const ratios: number[] = []
      const rates: number[] = []
      await slice(task)
      let before = await slice(ping)
      for (let round = 0; round < ROUNDS; round += 1) {
        const rate = await slice(task)
        const after = await slice(ping)
        ratios.push(rate / ((before + after) / 2))
        rates.push(rate)
        pings.push(after)
        before = after
      }
      figures.push(
        { name: `${name}, ${IN_FLIGHT} in flight`, value: median(rates), unit: '/s' },
        { name: `${name} / ping`, value: median(ratios), unit: 'x', promise: `>= ${promise} x` },
      )
    }
    return [
      { name: `ping, ${IN_FLIGHT} in flight`, value: median(pings), unit: '/s' },
      ...figures,
      ...(await eventFigures(client)),
    ]
  } finally {
    await client.close()
  }
}

function slice(task: Task): Promise<number> {
  return perSecond(IN_FLIGHT, SLICE_MS, async (lane, turn) => void (await task(lane, turn)))
}

/** A document of about 200 bytes of BSON. */
export function itemOf(number: number): Document {
  return {
    _id: number,
    code: `code-${String(number).padStart(10, '0')}`,
    price: number % 100_000,
    tags: ['new', 'in stock'],
    text: 'x'.repeat(100),
  }
}

async function fill(items: Collection): Promise<void> {
  await items.createIndex({ code: 1 }, { unique: true })
  const all = Array.from({ length: DOCUMENTS }, (_, number) => itemOf(number))
  for (let at = 0; at < all.length; at += 5000) await items.insertMany(all.slice(at, at + 5000))
}

function tasksOf(
  client: MongoClient,
  items: Collection,
): ReadonlyArray<{ readonly name: string; readonly promise: number; readonly task: Task }> {
  const durable = client.db('bench').collection('durable', { writeConcern: { w: 'majority', j: true } })
  const ledger = client.db('bench').collection('ledger')
  let next = 0
  const chosen = (lane: number, turn: number): number => (lane * 7919 + turn * 104_729) % DOCUMENTS
  return [
    { name: 'durable insertOne', promise: 0.75, task: () => durable.insertOne(itemOf(next++)) },
    {
      name: 'findOne by _id',
      promise: 0.8,
      task: (lane, turn) => items.findOne({ _id: chosen(lane, turn) as never }),
    },
    {
      name: 'findOneAndUpdate',
      promise: 0.65,
      task: (lane, turn) =>
        items.findOneAndUpdate({ _id: chosen(lane, turn) as never }, { $inc: { price: 1 } }),
    },
    {
      name: 'transaction of two writes',
      promise: 0.15,
      task: (lane, turn) =>
        client.withSession((session) =>
          session.withTransaction(async () => {
            const _id = lane * 500 + (turn % 500)
            await items.updateOne({ _id: _id as never }, { $inc: { price: -1 } }, { session })
            await ledger.insertOne({ of: _id, amount: 1 }, { session })
          }),
        ),
    },
  ]
}

/** From the call of an insert until its event is there: more than from the commit alone. */
async function eventFigures(client: MongoClient): Promise<Figure[]> {
  const watched = client.db('bench').collection('watched')
  const stream = watched.watch()
  await stream.tryNext()
  const delays: number[] = []
  for (let count = 0; count < EVENTS; count += 1) {
    const event = stream.next()
    const started = performance.now()
    await watched.insertOne({ count })
    await event
    delays.push(performance.now() - started)
  }
  await stream.close()
  return [
    { name: 'insert to its change event, median', value: median(delays), unit: 'ms', promise: '<= 2 ms' },
    {
      name: 'insert to its change event, p99',
      value: quantile(delays, 0.99),
      unit: 'ms',
      promise: '<= 10 ms',
    },
  ]
}
