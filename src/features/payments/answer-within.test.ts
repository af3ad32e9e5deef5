import { expect, test, vi } from 'vitest'
import { answerWithin } from './answer-within.ts'
import { GatewayError } from './gateway.ts'

test('an answer in time is the answer, a failure in time the failure', async () => {
  await expect(answerWithin(60_000, Promise.resolve('paid'))).resolves.toBe('paid')
  await expect(answerWithin(60_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused')
})

test('without an answer it gives up when the time is over, and drops what comes later', async () => {
  vi.useFakeTimers()
  try {
    const { promise, reject } = Promise.withResolvers<string>()
    const waiting = expect(answerWithin(8_000, promise)).rejects.toBeInstanceOf(GatewayError)
    await vi.advanceTimersByTimeAsync(8_000)
    await waiting
    reject(new Error('too late'))
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
