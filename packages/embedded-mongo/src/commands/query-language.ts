import { isExpressionName } from '../aggregate/expression.ts'
import { constantValue, expressionsIn, updatePipelinesIn } from '../aggregate/wiring.ts'
import { type Collation, compileCollation } from '../bson/collation.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CollectionReader } from '../engine/types.ts'
import { MongoServerFault } from '../errors.ts'
import type { FilterOptions, Variables } from '../query/matcher.ts'
import { type CompiledUpdate, compileUpdate } from '../query/update.ts'
import type { CommandContext } from './context.ts'

export const NO_VARIABLES: Variables = new Map()

/** How filters and expressions of one statement are to be read. */
export interface Language {
  /** As the client, or else the collection, has it. */
  readonly collationDoc: Doc | undefined
  readonly collation: Collation | undefined
  readonly variables: Variables
  readonly filterOptions: FilterOptions
}

/** The language of a statement of a command with this `collation` and `let`, on this collection. */
export function languageFor(
  context: CommandContext,
  reader: CollectionReader | undefined,
  collationDoc: Doc | undefined,
  variables: Variables = NO_VARIABLES,
): Language {
  const chosen = collationDoc ?? reader?.options.collation ?? undefined
  const collation = chosen === undefined ? undefined : compileCollation(chosen)
  return {
    collationDoc: chosen,
    collation,
    variables,
    filterOptions: {
      collation,
      variables,
      expression: (source, known) => expressionsIn({ ...context.moment, collation })(source, known),
      isExpression: isExpressionName,
    },
  }
}

/** The values of a command's `let`, which may be expressions without fields. */
export function letVariables(context: CommandContext): Variables {
  const source = context.fields.document('let')
  if (source === undefined || source.size === 0) return NO_VARIABLES
  const variables = new Map<string, Value | undefined>()
  for (const [name, expression] of source) {
    if (!/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name)) {
      throw new MongoServerFault(
        'FailedToParse',
        `'${name}' starts with an invalid character for a user variable name`,
      )
    }
    variables.set(name, constantValue(expression, variables))
  }
  return variables
}

/** Compiles the `u` of an update statement, or the `update` of `findAndModify`. */
export function updateFor(
  context: CommandContext,
  update: Value,
  language: Language,
  arrayFilters: readonly Value[] | undefined,
): CompiledUpdate {
  const { now, clusterTime } = context.moment
  return compileUpdate(updateSource(update), {
    ...language.filterOptions,
    arrayFilters,
    now,
    nextTimestamp: () => context.host.engine.nextClusterTime(),
    pipeline: updatePipelinesIn({
      now,
      clusterTime,
      collation: language.collation,
    }),
  })
}

function updateSource(update: Value): Doc | Doc[] {
  if (update instanceof Map) return update
  if (Array.isArray(update)) {
    return update.map((stage) => {
      if (!(stage instanceof Map))
        throw new MongoServerFault('TypeMismatch', "Each element of the 'pipeline' array must be an object")
      return stage
    })
  }
  throw new MongoServerFault('FailedToParse', 'Update argument must be either an object or an array')
}
