import { Binary, Double, Long, Timestamp } from 'bson'
import type { Doc } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import { HEADER_BYTES } from './frames.ts'
import { OP_MSG, OP_REPLY } from './message.ts'

const MORE_TO_COME = 2
const AWAIT_CAPABLE = 8
/** The length before a document's fields and the zero after them. */
const DOCUMENT_FRAME = 5
/** `ok: 1.0`: type, name, zero, double. */
const OK_BYTES = 12

/** A cursor's batch whose documents are BSON already, so that they need not be decoded and encoded to be sent. */
export class BatchReply {
  readonly batchName: 'firstBatch' | 'nextBatch'
  readonly namespace: string
  readonly cursorId: Long
  readonly documents: readonly Uint8Array[]
  /** Further fields of `cursor`, such as `postBatchResumeToken`. */
  readonly cursorFields: Doc | null
  /** Further fields beside `cursor`, such as `writeConcernError`. */
  readonly fields: Doc = new Map()

  constructor(
    batchName: 'firstBatch' | 'nextBatch',
    namespace: string,
    cursorId: Long,
    documents: readonly Uint8Array[],
    cursorFields: Doc | null = null,
  ) {
    this.batchName = batchName
    this.namespace = namespace
    this.cursorId = cursorId
    this.documents = documents
    this.cursorFields = cursorFields
  }
}

/** The reply with further fields; the given one stays as it is, for it may be remembered elsewhere. */
export function withFields(reply: Reply, fields: Doc): Reply {
  if (reply instanceof Map) return new Map([...reply, ...fields])
  const { batchName, namespace, cursorId, documents, cursorFields } = reply
  const copy = new BatchReply(batchName, namespace, cursorId, documents, cursorFields)
  for (const [name, value] of [...reply.fields, ...fields]) copy.fields.set(name, value)
  return copy
}

/** What a command answers, without `ok` and the times, which every answer gets. */
export type Reply = Doc | BatchReply

/** The fields at the end of every answer: `ok`, `$clusterTime`, `operationTime`; only the times change. */
const tail = encode(
  new Map<string, Double | Timestamp | Doc>([
    ['ok', new Double(1)],
    [
      '$clusterTime',
      new Map<string, Timestamp | Doc>([
        ['clusterTime', new Timestamp({ t: 0, i: 0 })],
        [
          'signature',
          new Map<string, Binary | Long>([
            ['hash', new Binary(new Uint8Array(20))],
            ['keyId', Long.ZERO],
          ]),
        ],
      ]),
    ],
    ['operationTime', new Timestamp({ t: 0, i: 0 })],
  ]),
).subarray(4, -1)
const CLUSTER_TIME_AT = tail.indexOf('\x11clusterTime\0', 0, 'latin1') + 13
const OPERATION_TIME_AT = tail.length - 8

function setTimes(time: Timestamp): void {
  tail.writeInt32LE(time.low, CLUSTER_TIME_AT)
  tail.writeInt32LE(time.high, CLUSTER_TIME_AT + 4)
  tail.writeInt32LE(time.low, OPERATION_TIME_AT)
  tail.writeInt32LE(time.high, OPERATION_TIME_AT + 4)
}

export interface ReplyOptions {
  readonly responseTo: number
  readonly time: Timestamp
  /** The reply says itself whether it is ok: errors do. */
  readonly hasOk?: boolean
  /** Another reply follows without a further request (exhaust). */
  readonly moreToCome?: boolean
}

let nextReplyId = 1

function startFrame(length: number, responseTo: number, opcode: number): Buffer {
  const frame = Buffer.allocUnsafe(length)
  frame.writeInt32LE(length, 0)
  frame.writeInt32LE(nextReplyId, 4)
  nextReplyId = (nextReplyId + 1) & 0x7fffffff
  frame.writeInt32LE(responseTo, 8)
  frame.writeInt32LE(opcode, 12)
  return frame
}

/** Header, flags, kind of section and the length of the document. */
const FIELDS_AT = HEADER_BYTES + 9

/** An OP_MSG frame for a command's answer. */
export function encodeReply(reply: Reply, options: ReplyOptions): Buffer {
  if (reply instanceof BatchReply) {
    const fieldBytes = batchFieldBytes(reply)
    const frame = openReply(fieldBytes, options)
    writeBatchFields(frame, FIELDS_AT, reply)
    return frame
  }
  const body = encode(reply)
  const frame = openReply(body.length - DOCUMENT_FRAME, options)
  body.copy(frame, FIELDS_AT, 4, body.length - 1)
  return frame
}

/** A frame that lacks nothing but the command's own fields. */
function openReply(fieldBytes: number, options: ReplyOptions): Buffer {
  setTimes(options.time)
  const end = options.hasOk === true ? tail.subarray(OK_BYTES) : tail
  const frame = startFrame(FIELDS_AT + fieldBytes + end.length + 1, options.responseTo, OP_MSG)
  frame.writeInt32LE(options.moreToCome === true ? MORE_TO_COME : 0, HEADER_BYTES)
  frame[HEADER_BYTES + 4] = 0
  frame.writeInt32LE(fieldBytes + end.length + DOCUMENT_FRAME, HEADER_BYTES + 5)
  end.copy(frame, FIELDS_AT + fieldBytes)
  frame[frame.length - 1] = 0
  return frame
}

/** An OP_REPLY frame, for handshakes that came as OP_QUERY. */
export function encodeLegacyReply(reply: Doc, responseTo: number): Buffer {
  const body = encode(reply)
  const frame = startFrame(HEADER_BYTES + 20 + body.length, responseTo, OP_REPLY)
  frame.writeInt32LE(AWAIT_CAPABLE, HEADER_BYTES)
  frame.fill(0, HEADER_BYTES + 4, HEADER_BYTES + 16)
  frame.writeInt32LE(1, HEADER_BYTES + 16)
  body.copy(frame, HEADER_BYTES + 20)
  return frame
}

function digits(index: number): number {
  return index < 10 ? 1 : index < 100 ? 2 : index < 1000 ? 3 : String(index).length
}

function innerFields(doc: Doc | null): Buffer {
  return doc === null || doc.size === 0 ? Buffer.alloc(0) : encode(doc).subarray(4, -1)
}

function arrayBytes(documents: readonly Uint8Array[]): number {
  let bytes = DOCUMENT_FRAME
  for (let index = 0; index < documents.length; index += 1) {
    bytes += 2 + digits(index) + (documents[index]?.length ?? 0)
  }
  return bytes
}

function cursorBytes(reply: BatchReply): number {
  const array = 2 + reply.batchName.length + arrayBytes(reply.documents)
  const id = 1 + 3 + 8
  const namespace = 1 + 3 + 4 + Buffer.byteLength(reply.namespace) + 1
  return DOCUMENT_FRAME + array + innerFields(reply.cursorFields).length + id + namespace
}

function batchFieldBytes(reply: BatchReply): number {
  return 1 + 7 + cursorBytes(reply) + innerFields(reply.fields).length
}

function writeBatchFields(frame: Buffer, start: number, reply: BatchReply): void {
  let at = start
  frame[at] = 0x03
  at += 1 + frame.write('cursor\0', at + 1, 'latin1')
  frame.writeInt32LE(cursorBytes(reply), at)
  at += 4
  frame[at] = 0x04
  at += 1 + frame.write(`${reply.batchName}\0`, at + 1, 'latin1')
  at = writeArray(frame, at, reply.documents)
  const extra = innerFields(reply.cursorFields)
  extra.copy(frame, at)
  at += extra.length
  frame[at] = 0x12
  at += 1 + frame.write('id\0', at + 1, 'latin1')
  frame.writeInt32LE(reply.cursorId.low, at)
  frame.writeInt32LE(reply.cursorId.high, at + 4)
  at += 8
  frame[at] = 0x02
  at += 1 + frame.write('ns\0', at + 1, 'latin1')
  const written = frame.write(reply.namespace, at + 4, 'utf8')
  frame.writeInt32LE(written + 1, at)
  at += 4 + written
  frame[at] = 0
  frame[at + 1] = 0
  at += 2
  innerFields(reply.fields).copy(frame, at)
}

function writeArray(frame: Buffer, start: number, documents: readonly Uint8Array[]): number {
  let at = start + 4
  for (let index = 0; index < documents.length; index += 1) {
    const document = documents[index]
    if (document === undefined) continue
    frame[at] = 0x03
    at += 1 + frame.write(`${index}\0`, at + 1, 'latin1')
    frame.set(document, at)
    at += document.length
  }
  frame[at] = 0
  at += 1
  frame.writeInt32LE(at - start, start)
  return at
}
