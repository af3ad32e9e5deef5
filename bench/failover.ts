import { type Figure, median } from './figures.ts'
import { Shopper } from './shopper.ts'
import { withCluster } from './stage.ts'

const SESSIONS = 50

/**
 * How long a shopper waits for the first event of an answer when the instance that owned her session was killed:
 * from the kill, with her message sent to another instance right after it.
 */
export function failoverFigures(): Promise<Figure[]> {
  return withCluster(2, {}, async ({ instances: [first, second] }) => {
    if (first === undefined || second === undefined) return []
    const shoppers = await Promise.all(Array.from({ length: SESSIONS }, () => Shopper.enter(first.address)))
    await Promise.all(shoppers.map((shopper, index) => shopper.ask('hello', `hello-${index}`)))
    const moved = await Promise.all(shoppers.map((shopper) => shopper.move(second.address)))
    const killed = performance.now()
    first.process.kill('SIGKILL')
    const waits = await Promise.all(
      moved.map(async (shopper, index) => {
        const sent = performance.now()
        const { firstEventMs } = await shopper.ask('thank you', `after-${index}`)
        return sent - killed + firstEventMs
      }),
    )
    for (const shopper of moved) shopper.leave()
    return [
      { name: 'failover: kill to first event elsewhere, median', value: median(waits), unit: 'ms' },
      {
        name: `failover: worst of ${SESSIONS}`,
        value: Math.max(...waits),
        unit: 'ms',
        promise: '< 15000 ms',
      },
    ]
  })
}
