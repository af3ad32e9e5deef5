import { Double } from 'bson'
import { MongoServerFault } from '../errors.ts'
import { constant } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'

const literal: OperatorCompiler = (argument) => constant(argument)

const rand: OperatorCompiler = (argument) => {
  const isEmpty =
    argument instanceof Map ? argument.size === 0 : Array.isArray(argument) && argument.length === 0
  if (!isEmpty) throw new MongoServerFault(3040501, '$rand does not currently accept arguments')
  return { evaluate: () => new Double(Math.random()), constant: false }
}

/** Metadata that only a search index or an index scan gives a document; elsewhere it is missing. */
const NEVER_THERE = new Set(['searchScore', 'searchHighlights', 'searchScoreDetails', 'indexKey'])

const meta: OperatorCompiler = (argument, scope) => {
  if (typeof argument !== 'string') throw new MongoServerFault(17307, '$meta only supports string arguments')
  if (NEVER_THERE.has(argument)) return { evaluate: () => undefined, constant: false }
  if (argument !== 'textScore')
    throw new MongoServerFault(17308, `Unsupported argument to $meta: ${argument}`)
  const { textScore } = scope.surroundings
  if (textScore === undefined) {
    throw new MongoServerFault(40218, 'query requires text score metadata, but it is not available')
  }
  return {
    evaluate: (root) => {
      const score = textScore(root)
      return score === undefined ? undefined : new Double(score)
    },
    constant: false,
  }
}

const javascript: OperatorCompiler = () => {
  throw new MongoServerFault(31264, 'Cannot run server-side javascript without the javascript engine enabled')
}

export const metadataOperators: Readonly<Record<string, OperatorCompiler>> = {
  $literal: literal,
  $const: literal,
  $rand: rand,
  $meta: meta,
  $function: javascript,
}
