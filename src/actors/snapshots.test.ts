import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { restoreSnapshot, type SnapshotFormat, UnknownSnapshotError } from './snapshots.ts'

const Third = z.strictObject({ total: z.int(), currency: z.string() })
const format: SnapshotFormat<z.infer<typeof Third>> = {
  version: 3,
  initial: () => ({ total: 0, currency: 'INR' }),
  parse: (stored) => Third.parse(stored),
  migrations: {
    1: (stored) => ({ total: z.object({ sum: z.int() }).parse(stored).sum }),
    2: (stored) => ({ ...z.object({ total: z.int() }).parse(stored), currency: 'INR' }),
  },
}

describe('snapshots', () => {
  it('begins where there is none', () => {
    expect(restoreSnapshot(format, 'a', { version: null })).toEqual({ total: 0, currency: 'INR' })
  })
  it('brings an old one up to date, step by step', () => {
    expect(restoreSnapshot(format, 'a', { version: 1, snapshot: { sum: 7 } })).toEqual({
      total: 7,
      currency: 'INR',
    })
  })
  it.each([
    ['a newer version', { version: 4, snapshot: {} }],
    ['a version before all migrations', { version: 0, snapshot: {} }],
    ['another shape', { version: 3, snapshot: { total: 'seven', currency: 'INR' } }],
  ])('refuses %s', (_what, stored) => {
    expect(() => restoreSnapshot(format, 'a', stored)).toThrow(UnknownSnapshotError)
  })
})
