import { describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../contract/index.ts'
import { createToldRuns, type ToldRuns } from './told-runs.ts'

let now = 0
const event = (seq: number, type = 'CUSTOM', word = ''): AgentEvent => {
  now += 1
  return { type, runId: 'r', threadId: 's', seq, timestamp: now, value: word } as AgentEvent
}
const tell = (told: ToldRuns, epoch: number, ...events: AgentEvent[]) =>
  events.flatMap((one) => told.take(one, epoch)).map(({ seq }) => seq)

describe('a socket', () => {
  it('is told each event once', () => {
    const told = createToldRuns()
    expect(tell(told, 1, event(0), event(0), event(1), event(1), event(2))).toEqual([0, 1, 2])
  })

  it('is told nothing twice that a later owner tells in the same words', () => {
    const told = createToldRuns()
    tell(told, 1, event(0), event(1), event(2))
    expect(tell(told, 2, event(0), event(1), event(2), event(3), event(4, 'RUN_FINISHED'))).toEqual([3, 4])
  })

  it('is told anew where a later owner says something else, and all that follows', () => {
    const told = createToldRuns()
    tell(told, 1, event(0), event(1, 'CUSTOM', 'old'), event(2))
    expect(tell(told, 2, event(0), event(1, 'CUSTOM', 'new'), event(2))).toEqual([1, 2])
  })

  it('is told the end of a run that became shorter', () => {
    const told = createToldRuns()
    tell(told, 1, event(0), event(1), event(2), event(3))
    expect(tell(told, 2, event(0), event(1, 'RUN_FINISHED'))).toEqual([1])
  })

  it('hears nothing of an owner that was overtaken, and nothing after the end', () => {
    const told = createToldRuns()
    tell(told, 2, event(0), event(1))
    expect(tell(told, 1, event(2), event(3))).toEqual([])
    expect(tell(told, 2, event(2, 'RUN_FINISHED'), event(3), event(3, 'RUN_FINISHED'))).toEqual([2])
    expect(tell(told, 3, event(0), event(1, 'RUN_ERROR'))).toEqual([])
  })

  it('is told in order what comes early, once the rest is there', () => {
    const told = createToldRuns()
    expect(tell(told, 1, event(2), event(3))).toEqual([])
    expect(told.lacks('r')).toBe(true)
    expect(tell(told, 1, event(0), event(1), event(2), event(3), event(4))).toEqual([0, 1, 2, 3, 4])
    expect(told.lacks('r')).toBe(false)
  })

  it('is told the end in any case, once, as what follows all that it knows', () => {
    const told = createToldRuns()
    tell(told, 1, event(0), event(5))
    const end = () => told.end(event(9, 'RUN_FINISHED'), undefined).map(({ seq, type }) => [seq, type])
    expect([end(), end()]).toEqual([[[1, 'RUN_FINISHED']], []])
    expect(tell(told, 1, event(1))).toEqual([])
  })

  it('is not told again what it was given when it came', () => {
    const told = createToldRuns()
    told.given('r', [event(0), event(1)])
    expect(tell(told, 1, event(0), event(1), event(2))).toEqual([2])
  })
})
