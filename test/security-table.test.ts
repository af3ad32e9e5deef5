import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const CITATION = /`((?:src|test)\/[^`]+\.test\.ts)`: (.+?) \|$/gm

test('SECURITY.md cites tests that exist', () => {
  const table = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
  const cited = [...table.matchAll(CITATION)].map(([, file = '', name = '']) => ({ file, name }))
  expect(cited.length).toBe(table.split('\n').filter((line) => /^\| V\d/.test(line)).length)
  const missing = cited.filter(
    ({ file, name }) =>
      !existsSync(join(ROOT, file)) || !readFileSync(join(ROOT, file), 'utf8').includes(name),
  )
  expect(missing).toEqual([])
})
