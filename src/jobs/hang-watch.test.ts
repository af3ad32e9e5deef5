import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHangWatch } from './hang-watch.ts'

const LIMIT_MS = 1_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function watched() {
  const hung: string[] = []
  const worker = { terminate: vi.fn(async () => 1) }
  const watch = createHangWatch({ limitMs: () => LIMIT_MS, onHang: (job) => hung.push(job) })
  watch.began('sweep', worker)
  return { hung, worker, watch }
}

test('a worker that says nothing for longer than its limit is ended once', () => {
  const { hung, worker } = watched()
  vi.advanceTimersByTime(LIMIT_MS)
  expect(hung).toEqual([])
  vi.advanceTimersByTime(LIMIT_MS * 5)
  expect(hung).toEqual(['sweep'])
  expect(worker.terminate).toHaveBeenCalledOnce()
})

test('one that goes on for ever, round by round, is left alone', () => {
  const { hung, watch } = watched()
  for (let round = 0; round < 50; round += 1) {
    vi.advanceTimersByTime(LIMIT_MS * 0.9)
    watch.heard('sweep')
  }
  expect(hung).toEqual([])
})

test('one that has ended is forgotten', () => {
  const { hung, worker, watch } = watched()
  watch.ended('sweep')
  vi.advanceTimersByTime(LIMIT_MS * 5)
  expect(hung).toEqual([])
  expect(worker.terminate).not.toHaveBeenCalled()
})
