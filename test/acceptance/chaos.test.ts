import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('shoppers on two instances keep all they were told while processes die and stall', async () => {
  const play = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../../scripts/chaos.ts'),
      '--minutes',
      '0.2',
      '--instances',
      '2',
      '--seed',
      '11',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  play.stdout.on('data', (piece: Buffer) => {
    said += piece.toString()
  })
  play.stderr.on('data', (piece: Buffer) => {
    said += piece.toString()
  })
  const [code] = await once(play, 'close')
  expect(said).not.toContain('BREACHES')
  expect(said).toMatch(/[1-9]\d* {2}messages acknowledged/)
  expect(said).toMatch(/rule {2}1 .* holds/)
  expect(code).toBe(0)
}, 120_000)
