import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { type Accumulator, PLAIN_ACCUMULATORS } from './accumulator.ts'
import { countOf, ExtremeN, FirstN, LastN, ONE, sortedInput, TopN } from './accumulator-n.ts'
import { Percentile, percentileSpec } from './accumulator-percentile.ts'
import { namedArguments } from './operator.ts'
import type { Evaluate, Scope } from './scope.ts'
import { describe } from './values.ts'

/** An accumulator of a stage, ready for many groups. */
export interface CompiledAccumulator {
  /** What is added for each document. */
  readonly input: Evaluate
  /** Starts a group; `key` is the group's `_id` where that is a document. */
  start(key: Doc): Accumulator
}

const N_FORMS = new Set(['$firstN', '$lastN', '$minN', '$maxN'])
const SORTED_FORMS = new Set(['$top', '$bottom', '$topN', '$bottomN'])

function startN(name: string, count: number, scope: Scope): Accumulator {
  switch (name) {
    case '$firstN':
      return new FirstN(count)
    case '$lastN':
      return new LastN(count)
    case '$minN':
      return new ExtremeN(scope, count, 1)
    default:
      return new ExtremeN(scope, count, -1)
  }
}

/** The operands of `$firstN` and its like, as accumulators and as expressions. */
export function nArguments(name: string, argument: Value): { readonly n: Value; readonly input: Value } {
  const isPosition = name === '$firstN' || name === '$lastN'
  const named = namedArguments(argument, ['n', 'input'], {
    notObject: [
      isPosition ? 5787801 : 5787900,
      `specification must be an object; found ${name}: ${describe(argument)}`,
    ],
    unknown: (unknown) => [5787901, `Unknown argument for 'n' operator: ${unknown}`],
    missing: { n: [5787906, "Missing value for 'n'"], input: [5787907, "Missing value for 'input'"] },
  })
  return { n: named.get('n') ?? null, input: named.get('input') ?? null }
}

function compileN(name: string, argument: Value, scope: Scope): CompiledAccumulator {
  const { n, input } = nArguments(name, argument)
  const count = scope.compile(n).evaluate
  return { input: scope.compile(input).evaluate, start: (key) => startN(name, countOf(count(key)), scope) }
}

function compileSorted(name: string, argument: Value, scope: Scope): CompiledAccumulator {
  const single = name === '$top' || name === '$bottom'
  const fields = single ? ['output', 'sortBy'] : ['n', 'output', 'sortBy']
  const named = namedArguments(argument, fields, {
    notObject: [5788001, `specification must be an object; found ${name}: ${describe(argument)}`],
    unknown: (unknown) => [5788002, `Unknown argument to ${name} '${unknown}'`],
    missing: {
      ...(single ? {} : { n: [5788003, "Missing value for 'n'"] as const }),
      output: [5788004, "Missing value for 'output'"],
      sortBy: [5788005, "Missing value for 'sortBy'"],
    },
  })
  const { evaluate, directions } = sortedInput(name, named.get('sortBy'), named.get('output') ?? null, scope)
  const count = scope.compile(single ? ONE : (named.get('n') ?? null)).evaluate
  const bottom = name.startsWith('$bottom')
  return { input: evaluate, start: (key) => new TopN(scope, countOf(count(key)), directions, bottom, single) }
}

/** Compiles `{ $accumulator: argument }` of `$group` and the stages like it. */
export function compileAccumulator(name: string, argument: Value, scope: Scope): CompiledAccumulator {
  if (N_FORMS.has(name)) return compileN(name, argument, scope)
  if (SORTED_FORMS.has(name)) return compileSorted(name, argument, scope)
  if (name === '$median' || name === '$percentile') {
    const { input, shares } = percentileSpec(name, argument, scope, name === '$median' ? 7436100 : 7429703)
    return { input: scope.compile(input).evaluate, start: () => new Percentile(shares) }
  }
  if (name === '$count') {
    if (!(argument instanceof Map) || argument.size > 0) {
      throw new MongoServerFault('TypeMismatch', '$count takes no arguments, i.e. $count:{}')
    }
    return compileAccumulator('$sum', ONE, scope)
  }
  if (name === '$accumulator') {
    throw new MongoServerFault(
      31264,
      'Cannot run server-side javascript without the javascript engine enabled',
    )
  }
  const create = PLAIN_ACCUMULATORS[name]
  if (create === undefined) throw new MongoServerFault(15952, `unknown group operator '${name}'`)
  if (Array.isArray(argument))
    throw new MongoServerFault(40237, `The ${name} accumulator is a unary operator`)
  return { input: scope.compile(argument).evaluate, start: () => create(scope) }
}
