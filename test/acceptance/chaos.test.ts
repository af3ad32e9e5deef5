import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Link } from '../../scripts/chaos/link.ts'

test('a link that turns quicker lets nothing overtake', async () => {
  const said = Array.from({ length: 40 }, (_, index) => `${index},`)
  let heard = ''
  const all = Promise.withResolvers<void>()
  const target = createServer((socket) => {
    socket.on('data', (piece) => {
      heard += piece.toString()
      if (heard.length >= said.join('').length) all.resolve()
    })
  })
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const link = await Link.open(() => (target.address() as AddressInfo).port)
  const near = connect(link.port, '127.0.0.1').setNoDelay(true)
  await once(near, 'connect')
  for (const [index, piece] of said.entries()) {
    link.slow([40, 10, 0][index % 3] ?? 0)
    near.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  link.slow(0)
  await all.promise
  expect(heard).toBe(said.join(''))
  near.destroy()
  await link.close()
  target.close()
})

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
