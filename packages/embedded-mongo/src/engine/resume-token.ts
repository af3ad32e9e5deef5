import { Timestamp } from 'bson'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'

/** A place in the log: before, at or after one event of a commit. */
export interface Position {
  readonly time: Timestamp
  /** The number of the event within its commit; `AFTER_ALL` stands behind all of them. */
  readonly index: number
  /** The place is that of an `invalidate`, which follows the event of this number. */
  readonly invalidate: boolean
}

export const AFTER_ALL = 0xffffffff
const FORMAT = /^82([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(00|01)$/i

/** The token of a position: a text that sorts as positions do. */
export function encodeToken({ time, index, invalidate }: Position): Doc {
  const words = [time.getHighBitsUnsigned(), time.getLowBitsUnsigned(), index]
  const data = words.map((word) => word.toString(16).padStart(8, '0')).join('')
  return new Map([['_data', `82${data}${invalidate ? '01' : '00'}`.toUpperCase()]])
}

/** @throws MongoServerFault for what is not a token of this server */
export function decodeToken(token: Doc): Position {
  const data = token.get('_data')
  if (data === undefined) {
    const [first] = token.keys()
    if (first === undefined)
      throw new MongoServerFault(40647, 'Bad resume token: _data of missing or of wrong type: {}')
    throw new MongoServerFault(40415, `BSON field '$changeStream.resumeToken.${first}' is an unknown field.`)
  }
  if (typeof data !== 'string')
    throw new MongoServerFault(40647, 'Bad resume token: _data of missing or of wrong type')
  const [, seconds, increment, index, flag] = FORMAT.exec(data) ?? []
  if (seconds === undefined || increment === undefined || index === undefined) {
    throw new MongoServerFault('FailedToParse', 'resume token string was not a valid hex string')
  }
  const time = new Timestamp({ t: Number.parseInt(seconds, 16), i: Number.parseInt(increment, 16) })
  return { time, index: Number.parseInt(index, 16), invalidate: flag === '01' }
}

/** Whether an event of a commit stands behind a position. */
export function isAfter(time: Timestamp, index: number, position: Position): boolean {
  const order = time.compare(position.time)
  return order > 0 || (order === 0 && index > position.index)
}
