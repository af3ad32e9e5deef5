import { MongoClient } from 'mongodb'
import type { Figure } from './figures.ts'
import { Shopper } from './shopper.ts'
import { withCluster } from './stage.ts'

const ROUNDS = 20
const QUIET_MS = 300
/** What the start left to do comes every two seconds. */
const SETTLED_MS = 5_000
const LONGEST_MS = 60_000

/** Database writes for each customer message and each cart change, by collection: the price of the guarantees. */
export function writeFigures(): Promise<Figure[]> {
  return withCluster(1, {}, async ({ database, instances: [shop] }) => {
    const shopper = await Shopper.enter(shop?.address ?? '')
    const client = await new MongoClient(database.address).connect()
    const counts = new Map<string, number>()
    const stream = client.watch([], { showExpandedEvents: false })
    stream.on('change', (change) => {
      if (!('ns' in change) || change.ns === undefined || !('coll' in change.ns)) return
      const { coll } = change.ns
      counts.set(coll, (counts.get(coll) ?? 0) + 1)
    })
    await quiet(counts)
    const measure = async (what: string, act: (round: number) => Promise<unknown>): Promise<Figure[]> => {
      await act(-1)
      await new Promise<void>((resolve) => setTimeout(resolve, QUIET_MS))
      counts.clear()
      for (let round = 0; round < ROUNDS; round += 1) await act(round)
      await new Promise<void>((resolve) => setTimeout(resolve, QUIET_MS))
      return [...counts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([collection, writes]) => ({
          name: `writes for each ${what}: ${collection}`,
          value: writes / ROUNDS,
          unit: 'x',
        }))
    }
    const figures = [
      ...(await measure('message', (round) => shopper.ask('thank you', `message-${round}`))),
      ...(await measure('cart change', () => shopper.fillCart())),
    ]
    await stream.close()
    await client.close()
    shopper.leave()
    return figures
  })
}

/** Waits until nothing has been written for a while. */
async function quiet(counts: Map<string, number>): Promise<void> {
  const until = performance.now() + LONGEST_MS
  do {
    counts.clear()
    await new Promise<void>((resolve) => setTimeout(resolve, SETTLED_MS))
    counts.delete('job_ticks')
  } while (counts.size > 0 && performance.now() < until)
}
