import type { Timestamp } from 'bson'
import type { Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { FilterOptions } from './matcher.ts'
import { preview } from './update-paths.ts'

export interface OperatorOptions extends FilterOptions {
  readonly now: Date
  readonly nextTimestamp: () => Timestamp
}

/** The new value of a field, `undefined` to take it away, or KEEP to leave it as it is. */
export const KEEP = Symbol('keep')
export type FieldUpdate = (
  current: Value | undefined,
  id: Value | undefined,
  path: string,
) => Value | undefined | typeof KEEP

/** The array that an array operator works on; a missing field is an empty one. */
export function arrayFor(current: Value | undefined, id: Value | undefined, path: string): Value[] {
  if (current === undefined) return []
  if (Array.isArray(current)) return current
  throw new MongoServerFault(
    'BadValue',
    `The field '${path}' must be an array but is of type ${typeName(current)} in document {_id: ${preview(id)}}`,
  )
}
