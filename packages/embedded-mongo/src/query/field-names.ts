import { MongoServerFault } from '../errors.ts'

const MAX_DEPTH = 200
const DBREF = new Set(['$ref', '$id', '$db'])

/** Refuses what MongoDB refuses in the path of a projection or a sort. */
export function checkFieldPath(path: string): void {
  if (path === '') throw new MongoServerFault(40352, 'FieldPath cannot be constructed with empty string')
  if (path.endsWith('.')) throw new MongoServerFault(40353, "FieldPath must not end with a '.'.")
  const names = path.split('.')
  for (const name of names) {
    if (name === '') throw new MongoServerFault(15998, 'FieldPath field names may not be empty strings.')
    if (name.startsWith('$') && !DBREF.has(name)) {
      throw new MongoServerFault(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      )
    }
  }
  if (names.length > MAX_DEPTH) throw new MongoServerFault('Overflow', 'FieldPath is too long')
}
