import { once } from 'node:events'
import { connect } from 'node:net'
import { serialize } from 'bson'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmbeddedMongo } from '../src/index.ts'
import { crc32c } from '../src/wire/crc32c.ts'
import { message, RawClient } from './support/raw-client.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

const MOST = 48_000_000
const MEGABYTE = 1024 * 1024
const hello = message({ hello: 1, $db: 'admin' })

/** A message with one number in its head changed. */
function changed(at: number, value: number, from = hello): Buffer {
  const bytes = Buffer.from(from)
  bytes.writeInt32LE(value, at)
  return bytes
}

function withChecksum(right: boolean): Buffer {
  const bytes = Buffer.concat([message({ ping: 1, $db: 'admin' }, { id: 9, flags: 1 }), Buffer.alloc(4)])
  bytes.writeInt32LE(bytes.length, 0)
  bytes.writeUInt32LE((crc32c(bytes.subarray(0, -4)) ^ (right ? 0 : 1)) >>> 0, bytes.length - 4)
  return bytes
}

/** An insert whose documents come as a sequence, as drivers send them. */
function insertMessage(collection: string, documents: readonly Buffer[]): Buffer {
  const body = message({ insert: collection, $db: 'shop' }, { id: 5 })
  const name = Buffer.from('documents\0')
  const sequence = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), name, ...documents])
  sequence.writeInt32LE(sequence.length - 1, 1)
  const whole = Buffer.concat([body, sequence])
  whole.writeInt32LE(whole.length, 0)
  return whole
}

describe('bad input', () => {
  let server: ServerProcess
  let bystander: RawClient

  beforeAll(async () => {
    server = await startServerProcess({ dataDir: null })
    bystander = await RawClient.connect(server.uri)
  })

  afterAll(async () => {
    bystander.close()
    await server.end('SIGTERM')
  })

  const othersAreAnswered = async (): Promise<void> => {
    expect(await bystander.command({ ping: 1 })).toMatchObject({ ok: 1 })
  }

  it.each<[string, Buffer]>([
    ['a length of nothing', changed(0, 0)],
    ['a negative length', changed(0, -5)],
    ['a length below that of a header', changed(0, 15)],
    ['a length above the limit', changed(0, MOST + 1)],
    ['an opcode that never was', changed(12, 4711)],
    ['an opcode that is long gone (OP_INSERT)', changed(12, 2002)],
    ['a compressed message, which nobody agreed upon', changed(12, 2012)],
    ['unknown flags that must be understood', changed(16, 1 << 7)],
    ['a wrong check sum', withChecksum(false)],
    ['a kind of section that does not exist', message({ hello: 1 }, { kind: 7 })],
    ['a document longer than its message', changed(21, hello.length)],
    ['a document shorter than any', changed(21, 3)],
    ['a request of another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('ends its connection and no other: %s', async (_, bytes) => {
    const client = await RawClient.connect(server.uri)
    client.socket.write(bytes)
    await client.closed
    await othersAreAnswered()
  })

  it('is answered where it can be: the connection goes on', async () => {
    const client = await RawClient.connect(server.uri)
    expect(await client.command({ noSuchCommand: 1 })).toMatchObject({ ok: 0, code: 59 })
    const broken = message({ ping: 1, text: 'abc', $db: 'admin' }, { id: 77 })
    broken[broken.indexOf('text') - 1] = 0x21
    const answer = client.reply(77)
    client.socket.write(broken)
    expect(await answer).toMatchObject({ ok: 0, code: 22, codeName: 'InvalidBSON' })
    const nameless = client.reply(78)
    client.socket.write(message({ ping: 1 }, { id: 78 }))
    expect(await nameless).toMatchObject({ ok: 0, code: 40414 })
    expect(await client.command({ ping: 1 })).toMatchObject({ ok: 1 })
    client.close()
  })

  it('of any kind does no harm', async () => {
    const mutated = fc
      .tuple(
        fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(),
      )
      .map(([changes, cut]) => {
        const bytes = Buffer.from(hello)
        for (const [at, value] of changes) bytes[at] = value
        return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
      })
    const anything = fc.oneof(
      mutated,
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        const client = await RawClient.connect(server.uri)
        client.socket.end(bytes)
        client.socket.resume()
        await client.closed
        await othersAreAnswered()
      }),
      { numRuns: 200 },
    )
  })

  it('takes a check sum that is right', async () => {
    const client = await RawClient.connect(server.uri)
    const answer = client.reply(9)
    client.socket.write(withChecksum(true))
    expect(await answer).toMatchObject({ ok: 1 })
    client.close()
  })

  it('takes messages up to 48 MB, in pieces of any size, and refuses documents above 16 MB', async () => {
    const client = await RawClient.connect(server.uri)
    const filler = (bytes: number, _id: number): Buffer =>
      Buffer.from(serialize({ _id, text: 'x'.repeat(bytes) }))
    const whole = insertMessage(
      'large',
      [1, 2, 3].map((id) => filler(15.2 * MEGABYTE, id)),
    )
    expect(whole.length).toBeGreaterThan(47_800_000)
    expect(whole.length).toBeLessThan(MOST)
    const stored = client.reply(5)
    client.socket.write(whole.subarray(0, 3))
    await othersAreAnswered()
    client.socket.write(whole.subarray(3))
    expect(await stored).toMatchObject({ ok: 1, n: 3 })
    const refused = client.reply(5)
    client.socket.write(insertMessage('large', [filler(16.5 * MEGABYTE, 4)]))
    const answer = await refused
    expect(answer.ok === 0 ? answer : answer.writeErrors[0]).toMatchObject({ code: 10334 })
    expect(await client.command({ count: 'large' })).toMatchObject({ n: 3 })
    await client.command({ drop: 'large' })
    client.close()
  })

  it('half a message, or answers that nobody takes, hold up nobody', async () => {
    const half = await RawClient.connect(server.uri)
    half.socket.write(hello.subarray(0, 20))
    const deaf = await RawClient.connect(server.uri)
    await deaf.command({ insert: 'wide', documents: [{ text: 'x'.repeat(8 * MEGABYTE) }] })
    deaf.socket.pause()
    const find = message({ find: 'wide', $db: 'shop' })
    for (let count = 0; count < 100; count += 1) deaf.socket.write(find)
    await othersAreAnswered()
    const { connections } = await bystander.command({ serverStatus: 1 }, 'admin')
    expect(connections.current).toBeGreaterThanOrEqual(3)
    half.socket.write(hello.subarray(20))
    deaf.close()
    half.close()
    await bystander.command({ drop: 'wide' })
  })

  it('serves 1,000 connections', async () => {
    const clients = await Promise.all(Array.from({ length: 1000 }, () => RawClient.connect(server.uri)))
    const answers = await Promise.all(clients.map((client) => client.command({ ping: 1 })))
    expect(answers.filter(({ ok }) => ok === 1).length).toBe(1000)
    for (const client of clients) client.close()
    await othersAreAnswered()
  })
})

describe('the address', () => {
  const reaches = async (host: string, port: number): Promise<boolean> => {
    const socket = connect({ host, port })
    const reached = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return reached
  }

  it('is that of loopback alone unless another is told', async () => {
    const server = await startEmbeddedMongo({ inWorker: false })
    const open = await startEmbeddedMongo({ inWorker: false, host: '0.0.0.0' })
    try {
      expect(new URL(server.uri).hostname).toBe('127.0.0.1')
      expect(await reaches('127.0.0.1', server.port)).toBe(true)
      expect(await reaches('127.0.0.2', server.port)).toBe(false)
      // elsewhere than on Linux loopback is one address only
      if (process.platform === 'linux') expect(await reaches('127.0.0.2', open.port)).toBe(true)
    } finally {
      await Promise.all([server.close(), open.close()])
    }
  })
})
