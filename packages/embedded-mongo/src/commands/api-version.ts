import { MongoServerFault } from '../errors.ts'
import type { Command } from './command.ts'
import type { Fields } from './fields.ts'

/** The commands of MongoDB's Stable API version 1. */
const VERSION_1 = new Set([
  'abortTransaction',
  'aggregate',
  'collMod',
  'commitTransaction',
  'count',
  'create',
  'createIndexes',
  'delete',
  'drop',
  'dropDatabase',
  'dropIndexes',
  'endSessions',
  'explain',
  'find',
  'findAndModify',
  'getMore',
  'hello',
  'insert',
  'killCursors',
  'killSessions',
  'listCollections',
  'listDatabases',
  'listIndexes',
  'ping',
  'refreshSessions',
  'update',
])

export function isInApiVersion1(command: Command): boolean {
  return VERSION_1.has(command.name)
}

/** @throws MongoServerFault when the command asks for an API version, or strictness, that it cannot have */
export function checkApiVersion(fields: Fields, command: Command): void {
  if (!fields.has('apiVersion')) {
    if (fields.has('apiStrict') || fields.has('apiDeprecationErrors')) {
      throw new MongoServerFault(
        4886600,
        'Provided apiStrict and/or apiDeprecationErrors without passing apiVersion',
      )
    }
    return
  }
  const version = fields.string('apiVersion')
  if (version !== '1') throw new MongoServerFault('APIVersionError', 'API version must be "1"')
  if (fields.boolean('apiStrict') === true && !isInApiVersion1(command)) {
    throw new MongoServerFault(
      'APIStrictError',
      `Provided apiStrict:true, but the command ${command.name} is not in API Version 1`,
    )
  }
  if (fields.boolean('apiStrict') === true) checkStrict(fields, command.name)
}

/** Fields of commands that are no part of version 1 (source: MongoDB's manual, "Stable API", and the commands' pages). */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  find: [
    'awaitData',
    'max',
    'min',
    'noCursorTimeout',
    'oplogReplay',
    'returnKey',
    'showRecordId',
    'tailable',
  ],
  create: ['autoIndexId', 'capped', 'indexOptionDefaults', 'max', 'size', 'storageEngine'],
  aggregate: ['explain'],
}
const STAGES_OUTSIDE = new Set([
  '$currentOp',
  '$indexStats',
  '$listLocalSessions',
  '$listSearchIndexes',
  '$listSessions',
  '$planCacheStats',
  '$search',
  '$searchMeta',
])
const INDEX_FIELDS_OUTSIDE = ['background', 'bucketSize', 'sparse', 'storageEngine'] as const

function checkStrict(fields: Fields, command: string): void {
  for (const name of OUTSIDE[command] ?? []) {
    if (fields.has(name)) throw outside(`BSON field '${command}.${name}'`)
  }
  if (command === 'aggregate') {
    for (const stage of fields.documents('pipeline') ?? []) {
      const name = [...stage.keys()].find((known) => STAGES_OUTSIDE.has(known))
      if (name !== undefined) throw outside(`stage ${name}`)
      const figures = stage.get('$collStats')
      if (figures instanceof Map && [...figures.keys()].some((figure) => figure !== 'count'))
        throw outside('$collStats with more than count')
    }
  } else if (command === 'createIndexes') {
    for (const index of fields.documents('indexes') ?? []) {
      const name = INDEX_FIELDS_OUTSIDE.find((known) => index.has(known))
      if (name !== undefined) throw outside(`BSON field 'createIndexes.${name}'`)
      const key = index.get('key')
      if (key instanceof Map && [...key.values()].includes('text')) throw outside("the index type 'text'")
    }
  }
}

function outside(what: string): MongoServerFault {
  return new MongoServerFault('APIStrictError', `${what} is not allowed with apiStrict:true in API Version 1`)
}
