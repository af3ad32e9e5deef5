import { MongoServerFault } from '../errors.ts'

const ALLOWED_DOLLARS = /^\$(?:|\[.*\]|ref|id|db)$/

/** Refuses a path that no update may have. Names that begin with a dollar may stand anywhere but in front. */
export function checkUpdatePath(path: string, operator: string): void {
  if (path === '') throw new MongoServerFault('EmptyFieldName', 'An empty update path is not valid.')
  const parts = path.split('.')
  if (parts.includes(''))
    throw new MongoServerFault(
      'EmptyFieldName',
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    )
  if (parts.filter((part) => part === '$').length > 1)
    throw new MongoServerFault('BadValue', `Too many positional (i.e. '$') elements found in path '${path}'`)
  const [first = ''] = parts
  if (first.startsWith('$') && !ALLOWED_DOLLARS.test(first) && MAKES_FIELDS.has(operator)) {
    throw new MongoServerFault(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${first}' in '${path}' is not allowed in the context of an update's ${operator}. Consider using an aggregation pipeline with $replaceWith.`,
    )
  }
}

const MAKES_FIELDS = new Set([
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$currentDate',
  '$push',
  '$addToSet',
  '$pop',
  '$pull',
  '$pullAll',
  '$bit',
])
