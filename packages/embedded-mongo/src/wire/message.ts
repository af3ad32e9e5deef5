import { decode } from '../bson/decode.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { crc32c } from './crc32c.ts'
import { HEADER_BYTES } from './frames.ts'

export const OP_REPLY = 1
export const OP_QUERY = 2004
export const OP_MSG = 2013

const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
const EXHAUST_ALLOWED = 1 << 16
const REQUIRED_BITS = 0xffff
const MAX_COMMAND_BYTES = 16 * 1024 * 1024 + 16 * 1024

/** The stream can no longer be trusted: the connection must close, without an answer. */
export class BrokenFrame extends Error {}

/** One command as it came over the wire. */
export interface WireRequest {
  readonly requestId: number
  /** Answers go out as OP_REPLY, for the first hello of old and new drivers. */
  readonly legacy: boolean
  /** The client wants no answer. */
  readonly moreToCome: boolean
  readonly exhaustAllowed: boolean
  readonly db: string
  readonly command: Doc
}

/** The request could be framed but not read: the client gets this error as its answer. */
export class UnreadableRequest extends Error {
  readonly requestId: number
  readonly legacy: boolean
  readonly fault: MongoServerFault

  constructor(requestId: number, legacy: boolean, fault: MongoServerFault) {
    super(fault.message)
    this.requestId = requestId
    this.legacy = legacy
    this.fault = fault
  }
}

/**
 * Reads a complete message.
 * @throws BrokenFrame when its structure is wrong
 * @throws UnreadableRequest when a document in it is wrong
 */
export function parseMessage(frame: Buffer): WireRequest {
  const requestId = frame.readInt32LE(4)
  const opcode = frame.readInt32LE(12)
  if (opcode === OP_MSG) return parseOpMsg(frame, requestId)
  if (opcode === OP_QUERY) return parseOpQuery(frame, requestId)
  throw new BrokenFrame(`opcode ${opcode} is not supported`)
}

function parseOpMsg(frame: Buffer, requestId: number): WireRequest {
  if (frame.length < HEADER_BYTES + 4 + 1 + 5) throw new BrokenFrame('the message is too short')
  const flags = frame.readInt32LE(HEADER_BYTES)
  if ((flags & REQUIRED_BITS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0)
    throw new BrokenFrame('unknown required flags')
  let end = frame.length
  if ((flags & CHECKSUM_PRESENT) !== 0) {
    end -= 4
    if (crc32c(frame.subarray(0, end)) !== frame.readUInt32LE(end))
      throw new BrokenFrame('the checksum does not match')
  }
  const command = readSections(frame, end, requestId)
  const db = command.get('$db')
  if (typeof db !== 'string') {
    throw new UnreadableRequest(
      requestId,
      false,
      new MongoServerFault(40414, 'OP_MSG requests require a $db argument'),
    )
  }
  return {
    requestId,
    legacy: false,
    moreToCome: (flags & MORE_TO_COME) !== 0,
    exhaustAllowed: (flags & EXHAUST_ALLOWED) !== 0,
    db,
    command,
  }
}

interface DocumentSequence {
  readonly name: string
  readonly documents: Doc[]
}

function readSections(frame: Buffer, end: number, requestId: number): Doc {
  let body: Doc | undefined
  const sequences: DocumentSequence[] = []
  let position = HEADER_BYTES + 4
  while (position < end) {
    const kind = frame[position]
    position += 1
    if (position + 4 > end) throw new BrokenFrame('a section without a length')
    const size = frame.readInt32LE(position)
    if (size < 5 || position + size > end) throw new BrokenFrame('a section is longer than its message')
    if (kind === 0) {
      if (body !== undefined) throw new BrokenFrame('two bodies in one message')
      if (size > MAX_COMMAND_BYTES) throw new BrokenFrame('the command is larger than a document may be')
      body = readDocument(frame, position, requestId)
    } else if (kind === 1) sequences.push(readSequence(frame, position, size, requestId))
    else throw new BrokenFrame(`there is no section of kind ${kind ?? -1}`)
    position += size
  }
  if (body === undefined) throw new BrokenFrame('a message without a body')
  for (const { name, documents } of sequences) {
    if (body.has(name)) throw new BrokenFrame(`the field ${name} comes twice`)
    body.set(name, documents)
  }
  return body
}

function readSequence(frame: Buffer, start: number, size: number, requestId: number): DocumentSequence {
  const end = start + size
  const nameEnd = frame.indexOf(0, start + 4)
  if (nameEnd < 0 || nameEnd >= end) throw new BrokenFrame('a sequence without a name')
  const name = frame.toString('utf8', start + 4, nameEnd)
  const documents: Doc[] = []
  let position = nameEnd + 1
  while (position < end) {
    if (position + 4 > end) throw new BrokenFrame('a document without a length')
    const length = frame.readInt32LE(position)
    if (length < 5 || position + length > end) throw new BrokenFrame('a document is longer than its section')
    documents.push(readDocument(frame, position, requestId))
    position += length
  }
  return { name, documents }
}

function readDocument(frame: Buffer, position: number, requestId: number, legacy = false): Doc {
  try {
    return decode(frame, position)
  } catch (error) {
    if (error instanceof MongoServerFault) throw new UnreadableRequest(requestId, legacy, error)
    throw error
  }
}

/** OP_QUERY lives on for the handshake alone: `admin.$cmd` with hello or isMaster. */
function parseOpQuery(frame: Buffer, requestId: number): WireRequest {
  const nameEnd = frame.indexOf(0, HEADER_BYTES + 4)
  if (nameEnd < 0 || nameEnd + 9 + 5 > frame.length) throw new BrokenFrame('the query is too short')
  const namespace = frame.toString('utf8', HEADER_BYTES + 4, nameEnd)
  const size = frame.readInt32LE(nameEnd + 9)
  if (size < 5 || nameEnd + 9 + size > frame.length)
    throw new BrokenFrame('the query is longer than its message')
  let command = readDocument(frame, nameEnd + 9, requestId, true)
  const wrapped = command.get('$query') ?? command.get('query')
  if (wrapped instanceof Map) command = wrapped
  const [name = ''] = command.keys()
  const dot = namespace.indexOf('.')
  if (!namespace.endsWith('.$cmd') || !['hello', 'ismaster'].includes(name.toLowerCase())) {
    const fault = new MongoServerFault(
      352,
      `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`,
    )
    throw new UnreadableRequest(requestId, true, fault)
  }
  return {
    requestId,
    legacy: true,
    moreToCome: false,
    exhaustAllowed: false,
    db: namespace.slice(0, dot),
    command,
  }
}
