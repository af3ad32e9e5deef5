import type { Chance } from '../../src/demo/chance.ts'
import type { History } from './history.ts'
import type { Stage, StagedInstance } from './stage.ts'

const PAUSE_MS = { least: 1_500, most: 6_000 }

type Sleep = (ms: number) => Promise<void>
type Fault = (
  stage: Stage,
  victim: StagedInstance,
  chance: Chance,
  sleep: Sleep,
  history: History,
) => Promise<void>

/** Each breaks one thing and mends it again. */
const FAULTS: Readonly<Record<string, Fault>> = {
  async 'kill an instance'(_stage, { server }, chance, sleep) {
    await server.signal('SIGKILL')
    await sleep(chance.between(200, 4_000))
    await server.start()
  },
  async 'stop an instance cleanly'(_stage, { server }, chance, sleep) {
    await server.signal('SIGTERM')
    await sleep(chance.between(200, 2_000))
    await server.start()
  },
  async 'pause an instance'(_stage, { server }, chance, sleep) {
    await server.signal('SIGSTOP')
    await sleep(chance.between(500, 20_000))
    await server.signal('SIGCONT')
  },
  async 'kill the database'({ database }, _victim, chance, sleep) {
    await database.signal('SIGKILL')
    await sleep(chance.between(200, 4_000))
    await database.start()
  },
  async 'pause the database'({ database }, _victim, chance, sleep) {
    await database.signal('SIGSTOP')
    await sleep(chance.between(500, 8_000))
    await database.signal('SIGCONT')
  },
  async 'cut the connections of clients'(_stage, { front, server }, _chance, _sleep, history) {
    history.note('fault', 'clients cut off', server.name)
    front.cut()
  },
  async 'cut the connections to the database'(_stage, { back, server }, _chance, _sleep, history) {
    history.note('fault', 'cut off from the database', server.name)
    back.cut()
  },
  async 'slow connections'(_stage, { front, back, server }, chance, sleep, history) {
    history.note('fault', 'slow connections', server.name)
    front.slow(chance.between(20, 300))
    back.slow(chance.between(1, 20))
    await sleep(chance.between(1_000, 5_000))
    front.slow(0)
    back.slow(0)
  },
}

/** Breaks and mends one thing after the other until the time is over; then everything is whole. */
export async function playFaults(
  stage: Stage,
  chance: Chance,
  history: History,
  sleep: Sleep,
  until: number,
): Promise<Map<string, number>> {
  const played = new Map<string, number>()
  const names = Object.keys(FAULTS)
  while (performance.now() < until) {
    await sleep(chance.between(PAUSE_MS.least, PAUSE_MS.most))
    const name = names[chance.between(0, names.length - 1)] ?? ''
    const victim = stage.instances[chance.between(0, stage.instances.length - 1)]
    if (victim === undefined) break
    await FAULTS[name]?.(stage, victim, chance, sleep, history)
    played.set(name, (played.get(name) ?? 0) + 1)
  }
  return played
}
