import { expect, it } from 'vitest'
import { createQueues } from './in-order.ts'

function steps() {
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  return {
    log,
    open: () => gate.resolve(),
    slow: async () => {
      log.push('slow begins')
      await gate.promise
      log.push('slow ends')
    },
    quick: async () => void log.push('quick'),
  }
}

it('runs what shares a key one after another, whatever becomes of it, and nothing else', async () => {
  const queues = createQueues()
  const { log, open, slow, quick } = steps()
  const first = queues.run('a', () => slow().then(() => Promise.reject(new Error('broken'))))
  const second = queues.run('a', quick)
  await queues.run('b', async () => void log.push('other'))
  open()
  await expect(first).rejects.toThrow('broken')
  await second
  expect(log).toEqual(['slow begins', 'other', 'slow ends', 'quick'])
})

it('waits no longer than its patience', async () => {
  const queues = createQueues({ patienceMs: 1 })
  const { log, open, slow, quick } = steps()
  const first = queues.run('a', slow)
  await queues.run('a', quick)
  expect(log).toEqual(['slow begins', 'quick'])
  open()
  await first
})

it('lets what is patient go in order', async () => {
  const queues = createQueues({ patienceMs: 60_000 })
  const { log, open, slow, quick } = steps()
  const all = [queues.run('a', slow), queues.run('a', quick)]
  open()
  await Promise.all(all)
  expect(log).toEqual(['slow begins', 'slow ends', 'quick'])
})
