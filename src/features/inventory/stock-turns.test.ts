import type { Db } from 'mongodb'
import { describe, expect, it } from 'vitest'
import type { Context } from '../../platform/context.ts'
import { inStockTurn } from './stock-turns.ts'

/** Only the identity of the database matters here. */
const ctx = { db: {} as Db } as Context

describe('inStockTurn', () => {
  it('runs what meets at a product one after the other, in order, and the rest at once', async () => {
    const log: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = inStockTurn(ctx, ['a', 'b'], async () => {
      log.push('first begins')
      await gate.promise
      log.push('first ends')
    })
    const second = inStockTurn(ctx, ['b', 'c'], async () => void log.push('second'))
    const third = inStockTurn(ctx, ['c'], async () => void log.push('third'))
    await inStockTurn(ctx, ['d'], async () => void log.push('apart'))
    gate.resolve()
    await Promise.all([first, second, third])
    expect(log).toEqual(['first begins', 'apart', 'first ends', 'second', 'third'])
  })

  it('goes on after a failure, and gives it to the one whose it is', async () => {
    const failing = inStockTurn(ctx, ['x'], async () => {
      throw new Error('no')
    })
    const next = inStockTurn(ctx, ['x'], async () => 'fine')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('fine')
  })

  it('does not wait for ever', async () => {
    const never = Promise.withResolvers<void>()
    const stuck = inStockTurn(ctx, ['y'], () => never.promise)
    expect(await inStockTurn(ctx, ['y'], async () => 'ahead')).toBe('ahead')
    never.resolve()
    await stuck
  })
})
