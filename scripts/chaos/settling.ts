import type { Db } from 'mongodb'
import type { History } from './history.ts'

const SETTLE_MS = 60_000
const LOOK_MS = 500

/** What is still under way, by the collection in which it shows. */
const UNDER_WAY = {
  chat_messages: { waiting: true },
  chat_runs: { state: 'running' },
  checkouts: { unsettled: true },
} as const

/** Waits until everything that was begun has come to its end by itself. */
export async function settle(db: Db, history: History, sleep: (ms: number) => Promise<void>): Promise<void> {
  const until = performance.now() + SETTLE_MS
  for (const [name, filter] of Object.entries(UNDER_WAY)) {
    let left = await db.collection(name).countDocuments(filter)
    while (left > 0 && performance.now() < until) {
      await sleep(LOOK_MS)
      left = await db.collection(name).countDocuments(filter)
    }
    const stuck = left === 0 ? [] : await db.collection(name).find(filter).toArray()
    history.check(
      10,
      left === 0,
      `${left} of ${name} did not come to an end in ${SETTLE_MS / 1000} s`,
      ...stuck.map(({ _id }) => String(_id)),
    )
  }
}
