import { MongoClient } from 'mongodb'
import type { Figure } from './figures.ts'
import { Shopper } from './shopper.ts'
import { withCluster } from './stage.ts'

const SHOPPERS = 5
const PURCHASE = [
  "I'm looking for sunglasses under 5000",
  'add the first one',
  'check out',
  'ship to Asha Rao, 1 Hill Road, Mumbai, MH 400050, IN and pay with success@upi',
  'yes',
  'add the second one',
]
/** What is kept of each thing, and what a thing is; the mean over the demo shop and some shoppers of ours. */
const KEPT: Readonly<Record<string, string>> = {
  products: 'a product',
  inventory: "a product's stock",
  users: 'a user',
  carts: 'a cart',
  orders: 'an order',
  chat_sessions: 'a chat session',
  chat_messages: 'a message',
  chat_runs: 'a run',
  actors: 'an actor',
}

/** Kilobytes of BSON that the database keeps for each thing, indexes not counted. */
export function footprintFigures(): Promise<Figure[]> {
  return withCluster(1, {}, async ({ database, instances: [shop] }) => {
    for (let entered = 0; entered < SHOPPERS; entered += 1) {
      const shopper = await Shopper.enter(shop?.address ?? '')
      for (const [turn, text] of PURCHASE.entries()) await shopper.ask(text, `turn-${turn}`)
      shopper.leave()
    }
    const client = await new MongoClient(database.address).connect()
    const db = client.db('floorwalker')
    const figures: Figure[] = []
    for (const [collection, thing] of Object.entries(KEPT)) {
      const [mean] = await db
        .collection(collection)
        .aggregate<{ bytes: number }>([{ $group: { _id: null, bytes: { $avg: { $bsonSize: '$$ROOT' } } } }])
        .toArray()
      if (mean === undefined) throw new Error(`nothing is kept in ${collection}`)
      figures.push({ name: `kept of ${thing}`, value: mean.bytes / 1024, unit: 'kB' })
    }
    await client.close()
    return figures
  })
}
