import { describe, expect, it } from 'vitest'
import { fromDoc, toDoc } from '../bson/convert.ts'
import { encode } from '../bson/encode.ts'
import { crc32c } from './crc32c.ts'
import { BrokenFrame, OP_MSG, OP_QUERY, parseMessage, UnreadableRequest } from './message.ts'

function message(opcode: number, body: Buffer): Buffer {
  const head = Buffer.alloc(16)
  head.writeInt32LE(16 + body.length, 0)
  head.writeInt32LE(42, 4)
  head.writeInt32LE(opcode, 12)
  return Buffer.concat([head, body])
}

function flags(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value, 0)
  return bytes
}

const body = (command: object): Buffer => Buffer.concat([Buffer.from([0]), encode(toDoc(command))])

function sequence(name: string, documents: readonly object[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((doc) => encode(toDoc(doc)))])
  const size = Buffer.alloc(5)
  size[0] = 1
  size.writeInt32LE(content.length + 4, 1)
  return Buffer.concat([size, content])
}

describe('OP_MSG', () => {
  it('joins the sequences of documents with the body', () => {
    const frame = message(
      OP_MSG,
      Buffer.concat([flags(0), body({ insert: 'c', $db: 'd' }), sequence('documents', [{ a: 1 }, { a: 2 }])]),
    )
    const request = parseMessage(frame)
    expect(request).toMatchObject({
      requestId: 42,
      db: 'd',
      legacy: false,
      moreToCome: false,
      exhaustAllowed: false,
    })
    expect(fromDoc(request.command)).toEqual({ insert: 'c', $db: 'd', documents: [{ a: 1 }, { a: 2 }] })
  })

  it('takes sections in any order, and reads the flags', () => {
    const frame = message(
      OP_MSG,
      Buffer.concat([flags(2 | (1 << 16)), sequence('x', []), body({ ping: 1, $db: 'd' })]),
    )
    expect(parseMessage(frame)).toMatchObject({ moreToCome: true, exhaustAllowed: true })
  })

  it('checks a checksum where there is one', () => {
    const unsigned = message(OP_MSG, Buffer.concat([flags(1), body({ ping: 1, $db: 'd' }), Buffer.alloc(4)]))
    unsigned.writeUInt32LE(crc32c(unsigned.subarray(0, -4)), unsigned.length - 4)
    expect(parseMessage(unsigned).db).toBe('d')
    unsigned[30] = 1
    expect(() => parseMessage(unsigned)).toThrow(BrokenFrame)
  })

  const good = Buffer.concat([flags(0), body({ ping: 1, $db: 'd' })])
  it.each([
    ['an unknown required flag', message(OP_MSG, Buffer.concat([flags(8), body({ ping: 1, $db: 'd' })]))],
    ['no body', message(OP_MSG, Buffer.concat([flags(0), sequence('documents', [{ a: 1 }])]))],
    ['two bodies', message(OP_MSG, Buffer.concat([good, body({ ping: 1, $db: 'd' })]))],
    ['a section of an unknown kind', message(OP_MSG, Buffer.concat([good, Buffer.from([9, 5, 0, 0, 0, 0])]))],
    ['a section that is too long', message(OP_MSG, Buffer.concat([good, Buffer.from([1, 99, 0, 0, 0, 0])]))],
    [
      'a section of a negative length',
      message(OP_MSG, Buffer.concat([good, Buffer.from([1, 255, 255, 255, 255, 0])])),
    ],
    ['a field that comes twice', message(OP_MSG, Buffer.concat([good, sequence('ping', [])]))],
    ['rubbish after the last section', message(OP_MSG, Buffer.concat([good, Buffer.from([1, 2])]))],
    ['nothing but a header', message(OP_MSG, Buffer.alloc(0))],
    ['an unknown opcode', message(4711, good)],
    ['a compressed message', message(2012, good)],
    ['an OP_INSERT', message(2002, good)],
    ['an OP_QUERY that is cut off', message(OP_QUERY, Buffer.from('\0\0\0\0admin.$cmd'))],
  ])('is broken by %s', (_name, frame) => {
    expect(() => parseMessage(frame)).toThrow(BrokenFrame)
  })

  it('answers a body that is no BSON', () => {
    const bytes = body({ ping: 1, $db: 'd' })
    bytes[5] = 0x55
    expect(() => parseMessage(message(OP_MSG, Buffer.concat([flags(0), bytes])))).toThrow(UnreadableRequest)
  })

  it('answers a command without a database', () => {
    expect(() => parseMessage(message(OP_MSG, Buffer.concat([flags(0), body({ ping: 1 })])))).toThrow(
      UnreadableRequest,
    )
  })
})

describe('OP_QUERY', () => {
  const query = (namespace: string, command: object): Buffer =>
    message(
      OP_QUERY,
      Buffer.concat([flags(0), Buffer.from(`${namespace}\0`), Buffer.alloc(8), encode(toDoc(command))]),
    )

  it('carries the first hello', () => {
    expect(parseMessage(query('admin.$cmd', { isMaster: 1 }))).toMatchObject({ legacy: true, db: 'admin' })
  })

  it('carries nothing else', () => {
    expect(() => parseMessage(query('admin.$cmd', { ping: 1 }))).toThrow(UnreadableRequest)
    expect(() => parseMessage(query('shop.carts', { a: 1 }))).toThrow(UnreadableRequest)
  })
})

describe('crc32c', () => {
  it('gives the check value of the standard', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  })
})
