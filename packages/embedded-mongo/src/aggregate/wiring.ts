import type { Timestamp } from 'bson'
import type { Collation } from '../bson/collation.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { ExpressionCompiler, Variables } from '../query/matcher.ts'
import type { PipelineCompiler } from '../query/update.ts'
import { createScope } from './expression.ts'
import { compileWithin } from './pipeline.ts'
import type { Scope } from './scope.ts'

/** What expressions outside of pipelines know of the command that they are in. */
export interface ExpressionSurroundings {
  readonly now?: Date | undefined
  readonly clusterTime?: Timestamp | undefined
  readonly collation?: Collation | undefined
}

function scopeFor(variables: Variables, surroundings: ExpressionSurroundings): Scope {
  const scope = createScope({
    now: surroundings.now ?? new Date(),
    clusterTime: surroundings.clusterTime,
    collation: surroundings.collation,
    textScore: undefined,
  })
  return variables.size === 0 ? scope : scope.withConstants(variables)
}

/** The value of an expression that may not ask for a document, nor for the time. */
export function constantValue(expression: Value, variables: Variables): Value | undefined {
  const compiled = createScope({
    now: undefined,
    clusterTime: undefined,
    collation: undefined,
    textScore: undefined,
  })
    .withConstants(variables)
    .compile(expression)
  if (!compiled.constant)
    throw new MongoServerFault(4890500, 'Command let Expression does not evaluate to a constant')
  return compiled.evaluate(new Map())
}

/** Compiles the expressions of `$expr` and of projections for a command with this time and collation. */
export function expressionsIn(surroundings: ExpressionSurroundings): ExpressionCompiler {
  return (expression, variables) => scopeFor(variables, surroundings).compile(expression).evaluate
}

/** Compiles an expression of `$expr` or of a projection. */
export const expressionFor: ExpressionCompiler = expressionsIn({})

const IN_UPDATES = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'])

/** Compiles the stages of an update, with MongoDB's refusals of what is malformed or has no place there. */
export function updatePipelinesIn(surroundings: ExpressionSurroundings): PipelineCompiler {
  return (stages, variables) => {
    const run = compileWithin(stages, scopeFor(variables, surroundings))
    for (const stage of stages) {
      for (const name of stage.keys()) {
        if (IN_UPDATES.has(name)) continue
        throw new MongoServerFault('InvalidOptions', `${name} is not allowed to be used within an update`)
      }
    }
    return (doc) => [...run([doc])][0] ?? doc
  }
}

/** Runs the pipeline of an update on one document, which it leaves as it was. */
export function updatePipeline(stages: readonly Doc[], doc: Doc, variables: Variables): Doc {
  return updatePipelinesIn({})(stages, variables)(doc)
}
