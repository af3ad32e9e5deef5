import { addedDocument, mergedDocument, type OutputTarget } from '../aggregate/output.ts'
import { sameCollation } from '../bson/collation.ts'
import { equals } from '../bson/compare.ts'
import type { Doc } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import type { StoredRecord } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { Variables } from '../query/matcher.ts'
import { valueAtPath } from '../query/paths.ts'
import { describeUpdate } from '../query/update-description.ts'
import type { CommandContext } from './context.ts'
import { asFault } from './fault-reply.ts'
import { matching } from './matching.ts'
import { languageFor } from './query-language.ts'
import { forStorage } from './stored-documents.ts'
import { endsCommand } from './write-errors.ts'

const NO_MATCH = 13113
const NONE: Doc = new Map()

export type Merge = Extract<OutputTarget, { kind: 'merge' }>

/** How the pipeline reads, and so how what it gives is compared. */
export interface MergeLanguage {
  readonly variables: Variables
  readonly collation: Doc | undefined
}

/** The join fields must be those of a unique index, so that a result can match one document at most. */
export function requireUnique(
  { host }: CommandContext,
  { namespace, on }: Merge,
  collation: Doc | undefined,
): void {
  const target = host.engine.collection(namespace)
  const isById = on.length === 1 && on[0] === '_id'
  if (isById && target === undefined) return
  const wanted = [...on].sort().join('\0')
  const covered = (target?.indexes ?? []).some(
    ({ unique, partialFilter, key, collation: own }) =>
      (unique || isById) &&
      partialFilter === null &&
      sameCollation(own ?? NONE, collation ?? NONE) &&
      key
        .map(([path]) => path)
        .sort()
        .join('\0') === wanted,
  )
  if (!covered)
    throw new MongoServerFault(51183, 'Cannot find index to verify that join fields will be unique')
}

/** Writes each result by itself: one that fails keeps no other from being written. */
export function mergeAll(
  context: CommandContext,
  work: Transaction,
  merge: Merge,
  language: MergeLanguage,
  documents: readonly Doc[],
): MongoServerFault[] {
  const failures: MongoServerFault[] = []
  for (const doc of documents) {
    try {
      mergeOne(context, work, merge, language, doc)
    } catch (error) {
      const fault = asFault(error)
      if (endsCommand(fault)) throw error
      failures.push(fault)
    }
  }
  return failures
}

/** Writes one result of a pipeline into the document of the target that it matches. */
function mergeOne(
  context: CommandContext,
  work: Transaction,
  merge: Merge,
  { variables, collation }: MergeLanguage,
  doc: Doc,
): void {
  const { namespace, whenNotMatched } = merge
  const result = merge.on.includes('_id') && !doc.has('_id') ? forStorage(doc, context.host.engine) : doc
  if (merge.whenMatched === 'fail') {
    // its join fields are unique, so what matches is refused as a duplicate
    work.insert(namespace, forStorage(result, context.host.engine))
    return
  }
  const reader = work.reader(namespace)
  const [existing] = matching(reader, {
    filter: joinFilter(result, merge.on),
    limit: 1,
    language: languageFor(context, reader, collation ?? NONE),
    deadline: context,
  })
  if (existing !== undefined) mergeMatched(work, merge, variables, existing, result)
  else if (whenNotMatched === 'insert')
    work.insert(namespace, forStorage(addedDocument(merge, result), context.host.engine))
  else if (whenNotMatched === 'fail') {
    throw new MongoServerFault(
      NO_MATCH,
      '$merge could not find a matching document in the target collection for at least one document in the source collection',
    )
  }
}

function joinFilter(doc: Doc, on: readonly string[]): Doc {
  const filter: Doc = new Map()
  for (const path of on) {
    const value = valueAtPath(doc, path.split('.'))
    if (value === undefined || value === null || Array.isArray(value)) {
      throw new MongoServerFault(
        51132,
        "$merge write error: 'on' field cannot be missing, null, undefined or an array",
      )
    }
    filter.set(path, new Map([['$eq', value]]))
  }
  return filter
}

function mergeMatched(
  work: Transaction,
  merge: Merge,
  variables: Variables,
  existing: StoredRecord,
  result: Doc,
): void {
  const { whenMatched, namespace } = merge
  const before = existing.doc
  const next = mergedDocument(merge, before, result, variables)
  if (next === undefined || equals(before, next)) return
  if (!equals(next.get('_id') ?? null, before.get('_id') ?? null)) {
    throw new MongoServerFault(
      'ImmutableField',
      '$merge failed to update the matching document, did you attempt to modify the _id or the shard key?',
    )
  }
  work.update(namespace, existing.id, next, whenMatched === 'replace' ? null : describeUpdate(before, next))
}
