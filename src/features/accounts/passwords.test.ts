import bcrypt from 'bcrypt'
import { expect, test } from 'vitest'
import { hashPassword, isOutdated, passwordMatches, withPasswordSlot } from './passwords.ts'

const COST = 10

test('a password matches its own hash only', async () => {
  const hash = await hashPassword('correct horse', COST)
  expect(await passwordMatches('correct horse', hash, COST)).toBe(true)
  expect(await passwordMatches('correct house', hash, COST)).toBe(false)
  expect(isOutdated(hash, COST)).toBe(false)
  expect(isOutdated(hash, COST + 1)).toBe(true)
})

test('what bcrypt would not read to the end never matches', async () => {
  const long = 'x'.repeat(72)
  const hash = await bcrypt.hash(long, COST)
  expect(await passwordMatches(long, hash, COST)).toBe(true)
  expect(await passwordMatches(`${long}y`, hash, COST)).toBe(false)
  expect(await passwordMatches('x\0y', await bcrypt.hash('x', COST), COST)).toBe(false)
})

test('without a hash the work is the same', async () => {
  const hash = await hashPassword('correct horse', COST)
  const time = async (known: string | undefined) => {
    const started = performance.now()
    for (let round = 0; round < 5; round += 1) {
      expect(await passwordMatches('wrong', known, COST)).toBe(false)
    }
    return performance.now() - started
  }
  const [known, unknown] = [await time(hash), await time(undefined)]
  expect(unknown).toBeGreaterThan(known / 3)
})

test('two run at a time, in the order of arrival, and a failure frees its place', async () => {
  let running = 0
  let most = 0
  const order: number[] = []
  await Promise.allSettled(
    Array.from({ length: 6 }, (_, index) =>
      withPasswordSlot(async () => {
        running += 1
        most = Math.max(most, running)
        order.push(index)
        await Promise.resolve()
        running -= 1
        if (index === 0) throw new Error('failed')
      }),
    ),
  )
  expect(most).toBe(2)
  expect(order).toEqual([0, 1, 2, 3, 4, 5])
})
