import type { Db } from 'mongodb'
import type { History } from './history.ts'
import type { Shopper } from './shopper.ts'

/** What nobody has told a device is told within seconds; connections that a fault has ended come back first. */
const TOLD_MS = 30_000
const LOOK_MS = 250

/** Holds what the shoppers' second devices know of their carts against what is stored. */
export async function auditDevices(
  db: Db,
  history: History,
  shoppers: readonly Shopper[],
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const until = performance.now() + TOLD_MS
  for (const { name, userId, device } of shoppers) {
    if (device === undefined) continue
    const cart = await db.collection<{ _id: string; version: number }>('carts').findOne({ _id: userId })
    const stored = cart?.version ?? 0
    while (device.version < stored && performance.now() < until) await sleep(LOOK_MS)
    history.check(
      6,
      device.version === stored,
      `${name}'s device knows version ${device.version} of the cart, and ${stored} is stored`,
      userId,
    )
    device.close()
  }
}
