import { Int32, Timestamp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { Fields, fieldSetOf, numberOf } from './fields.ts'

const LEVELS = new Set(['local', 'available', 'majority', 'linearizable', 'snapshot'])
const READ_CONCERN_FIELDS = fieldSetOf(
  'level',
  'afterClusterTime',
  'atClusterTime',
  'provenance',
  'afterOpTime',
)
const WRITE_CONCERN_FIELDS = fieldSetOf(
  'w',
  'j',
  'fsync',
  'wtimeout',
  'provenance',
  'getLastError',
  'wOptime',
  'wElectionId',
)

export interface ReadConcern {
  readonly level: string
  readonly atClusterTime: Timestamp | undefined
}

/** @throws MongoServerFault for a level or a time that this server cannot give */
export function parseReadConcern(doc: Doc, clusterTime: Timestamp): ReadConcern {
  const fields = new Fields('readConcern', doc)
  fields.refuseUnknown(READ_CONCERN_FIELDS)
  const level = fields.string('level') ?? 'local'
  if (!LEVELS.has(level)) {
    throw new MongoServerFault(
      'BadValue',
      `Enumeration value '${level}' for field 'readConcern.level' is not a valid value.`,
    )
  }
  const after = timestamp(fields, 'afterClusterTime')
  if (after?.greaterThan(clusterTime) === true) {
    throw new MongoServerFault(
      'InvalidOptions',
      'readConcern afterClusterTime value must not be greater than the current clusterTime.',
    )
  }
  const atClusterTime = timestamp(fields, 'atClusterTime')
  if (atClusterTime !== undefined && level !== 'snapshot') {
    throw new MongoServerFault(
      'InvalidOptions',
      "atClusterTime can only be used with readConcern level 'snapshot'",
    )
  }
  return { level, atClusterTime }
}

function timestamp(fields: Fields, name: string): Timestamp | undefined {
  const value = fields.value(name)
  if (value === undefined || value === null) return undefined
  if (!(value instanceof Timestamp)) throw fields.wrongType(name, value, "type 'timestamp'")
  return value
}

/** Checks a write concern; answers the error that a one-member set reports after the write, if any. */
export function checkWriteConcern(doc: Doc): Doc | null {
  const fields = new Fields('writeConcern', doc)
  fields.refuseUnknown(WRITE_CONCERN_FIELDS)
  fields.boolean('j')
  fields.integer('wtimeout')
  const w = fields.value('w')
  if (w === undefined || w === 'majority' || w instanceof Map) return null
  if (typeof w === 'string') {
    return concernError(
      79,
      'UnknownReplWriteConcern',
      `No write concern mode named '${w}' found in replica set configuration`,
      doc,
    )
  }
  if (!isNumber(w)) throw new MongoServerFault('FailedToParse', 'w has to be a number, string, or object')
  return checkMembers(w, doc)
}

function checkMembers(w: Parameters<typeof numberOf>[0], doc: Doc): Doc | null {
  const members = numberOf(w)
  if (members < 0 || members > 50) {
    throw new MongoServerFault('FailedToParse', 'w has to be a non-negative number and not greater than 50')
  }
  return members > 1
    ? concernError(100, 'UnsatisfiableWriteConcern', 'Not enough data-bearing nodes', doc)
    : null
}

function concernError(code: number, codeName: string, errmsg: string, writeConcern: Doc): Doc {
  return new Map<string, Value>([
    ['code', new Int32(code)],
    ['codeName', codeName],
    ['errmsg', errmsg],
    ['errInfo', new Map<string, Value>([['writeConcern', writeConcern]])],
  ])
}
