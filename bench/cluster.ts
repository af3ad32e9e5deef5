import { type Figure, median, perSecond } from './figures.ts'
import { Shopper } from './shopper.ts'
import { withCluster } from './stage.ts'

const COUNTS = [1, 2, 3]
const IN_FLIGHT = 16
const DURATION_MS = 4_000
const TEXT = 'thank you'

/** Messages acknowledged a second, and how long answers take meanwhile, with one, two and three instances. */
export async function clusterFigures(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const count of COUNTS) {
    await withCluster(count, {}, async ({ instances }) => {
      const shoppers = await Promise.all(
        Array.from({ length: IN_FLIGHT }, (_, lane) =>
          Shopper.enter(instances[lane % instances.length]?.address ?? ''),
        ),
      )
      const acknowledged = await perSecond(IN_FLIGHT, DURATION_MS, async (lane, turn) => {
        await shoppers[lane]?.send(TEXT, `${lane}-${turn}`)
      })
      const [first] = shoppers
      const answers: number[] = []
      for (let turn = 0; turn < 30 && first !== undefined; turn += 1) {
        answers.push((await first.ask(TEXT, `ask-${turn}`)).wholeAnswerMs)
      }
      for (const shopper of shoppers) shopper.leave()
      const on = `${count} instance${count === 1 ? '' : 's'}`
      figures.push(
        { name: `${on}: message:send acknowledged`, value: acknowledged, unit: '/s' },
        { name: `${on}: whole answer, median`, value: median(answers), unit: 'ms' },
      )
    })
  }
  return figures
}
