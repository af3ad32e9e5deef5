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
  if (fields.boolean('apiStrict') === true && !VERSION_1.has(command.name)) {
    throw new MongoServerFault(
      'APIStrictError',
      `Provided apiStrict:true, but the command ${command.name} is not in API Version 1`,
    )
  }
}
