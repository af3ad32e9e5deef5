import { type Figure, median, perSecond } from './figures.ts'
import { Shopper } from './shopper.ts'
import { withCluster } from './stage.ts'

const COUNTS = [1, 2, 3]
const IN_FLIGHT = 16
/** Before the measurement: a process is slow until its code has been compiled. */
const WARM_UP_MS = 6_000
const DURATION_MS = 4_000
const ALONE = 30
const TEXT = 'thank you'

/**
 * With one, two and three instances: messages answered a second by shoppers who wait for each answer, messages
 * acknowledged a second by shoppers who do not, and how long an answer takes a shopper who is alone.
 */
export async function clusterFigures(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const count of COUNTS) {
    await withCluster(count, {}, async ({ instances }) => {
      const shoppers = await Promise.all(
        Array.from({ length: IN_FLIGHT }, (_, lane) =>
          Shopper.enter(instances[lane % instances.length]?.address ?? ''),
        ),
      )
      const [first] = shoppers
      const all = (durationMs: number, act: (shopper: Shopper, turn: number) => Promise<unknown>) =>
        perSecond(IN_FLIGHT, durationMs, async (lane, turn) => {
          const shopper = shoppers[lane]
          if (shopper !== undefined) await act(shopper, turn)
        })
      await all(WARM_UP_MS, (shopper, turn) => shopper.ask(TEXT, `warm-up-${turn}`))
      const answered = await all(DURATION_MS, (shopper, turn) => shopper.ask(TEXT, `answered-${turn}`))
      const alone: number[] = []
      for (let turn = 0; turn < ALONE && first !== undefined; turn += 1) {
        alone.push((await first.ask(TEXT, `alone-${turn}`)).wholeAnswerMs)
      }
      const acknowledged = await all(DURATION_MS, (shopper, turn) => shopper.send(TEXT, `sent-${turn}`))
      for (const shopper of shoppers) shopper.leave()
      const on = `${count} instance${count === 1 ? '' : 's'}`
      figures.push(
        { name: `${on}: messages answered`, value: answered, unit: '/s' },
        { name: `${on}: message:send acknowledged`, value: acknowledged, unit: '/s' },
        { name: `${on}: whole answer, median`, value: median(alone), unit: 'ms' },
      )
    })
  }
  return figures
}
