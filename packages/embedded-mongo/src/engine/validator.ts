import { expressionFor } from '../aggregate/wiring.ts'
import { compileCollation } from '../bson/collation.ts'
import type { Doc } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { compileFilter, type FilterOptions } from '../query/matcher.ts'
import { validationFailure } from '../query/validation-failure.ts'

/** What a collection lets in. */
export interface Validator {
  accepts(doc: Doc): boolean
  /** What a document that is not let in does not satisfy. */
  failure(doc: Doc): Doc | null
}

/** @throws MongoServerFault for a filter that no collection can have as its validator */
export function compileValidator(validator: Doc, collation: Doc | null = null): Validator {
  const options: FilterOptions = { expression: expressionFor, collation: compileCollation(collation) }
  const filter = compileFilter(validator, options)
  if (filter.hasText) throw new MongoServerFault('BadValue', '$text is not allowed in a validator')
  return {
    accepts: (doc) => filter.matches(doc),
    failure: (doc) => validationFailure(validator, doc, options),
  }
}
