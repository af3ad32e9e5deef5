import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { type CompiledFilter, compileFilter, type FilterOptions } from './matcher.ts'

const IDENTIFIER = /^[a-z][A-Za-z0-9]*$/

/** `arrayFilters` by identifier. Each filter's fields begin with one and the same identifier. */
export type ArrayFilters = ReadonlyMap<string, CompiledFilter>

/** Compiles `arrayFilters`; the element stands under the identifier, so that `$and` and `$or` work as in any filter. */
export function compileArrayFilters(filters: readonly Value[], options: FilterOptions): ArrayFilters {
  const compiled = new Map<string, CompiledFilter>()
  for (const filter of filters) {
    if (!(filter instanceof Map))
      throw new MongoServerFault('TypeMismatch', 'The array filter must be an object')
    const test = compileFilter(filter, { ...options, within: 'arrayFilters' })
    if (test.hasText) throw new MongoServerFault('BadValue', '$text is not allowed in this context')
    const identifiers = new Set(identifiersOf(filter))
    const [identifier] = identifiers
    if (identifier === undefined)
      throw new MongoServerFault(
        'FailedToParse',
        'Cannot use an expression without a top-level field name in arrayFilters',
      )
    if (identifiers.size > 1) {
      throw new MongoServerFault(
        'FailedToParse',
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found ${[...identifiers].map((name) => `'${name}'`).join(' and ')}`,
      )
    }
    if (!IDENTIFIER.test(identifier))
      throw new MongoServerFault(
        'BadValue',
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
      )
    if (compiled.has(identifier))
      throw new MongoServerFault(
        'FailedToParse',
        `Found multiple array filters with the same top-level field name ${identifier}`,
      )
    compiled.set(identifier, test)
  }
  return compiled
}

function identifiersOf(filter: Doc): string[] {
  return [...filter].flatMap(([name, condition]) => {
    if (!name.startsWith('$')) return [name.split('.')[0] ?? name]
    return Array.isArray(condition)
      ? condition.flatMap((inner) => (inner instanceof Map ? identifiersOf(inner) : []))
      : []
  })
}

/** What a path of an update may need beside the document. */
export interface Positions {
  readonly arrayFilters: ArrayFilters
  /** The element that the query matched, for `$`. */
  readonly arrayIndex: number | undefined
  /** Identifiers that some path used; those left over are an error. */
  readonly used: Set<string>
}

/** The concrete paths that a path with `$`, `$[]` or `$[name]` stands for in a document. */
export function concretePaths(doc: Doc, path: string, positions: Positions): string[] {
  if (!path.includes('$')) return [path]
  return expand(doc, path.split('.'), 0, [], positions, path)
}

function expand(
  value: Value | undefined,
  parts: readonly string[],
  at: number,
  done: readonly string[],
  positions: Positions,
  path: string,
): string[] {
  const part = parts[at]
  if (part === undefined) return [done.join('.')]
  const next = (name: string, inner: Value | undefined) =>
    expand(inner, parts, at + 1, [...done, name], positions, path)
  if (part === '$') {
    if (at === 0)
      throw new MongoServerFault(
        'BadValue',
        `Cannot have positional (i.e. '$') element in the first position in path '${path}'`,
      )
    if (positions.arrayIndex === undefined)
      throw new MongoServerFault(
        'BadValue',
        'The positional operator did not find the match needed from the query.',
      )
    const index = String(positions.arrayIndex)
    return next(index, Array.isArray(value) ? value[positions.arrayIndex] : undefined)
  }
  const bracket = /^\$\[(.*)\]$/.exec(part)
  if (bracket !== null) {
    if (at === 0)
      throw new MongoServerFault(
        'BadValue',
        `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${path}'`,
      )
    const identifier = bracket[1] ?? ''
    if (!Array.isArray(value)) {
      if (value === undefined)
        throw new MongoServerFault(
          'BadValue',
          `The path '${done.join('.')}' must exist in the document in order to apply array updates.`,
        )
      throw new MongoServerFault(
        'BadValue',
        `Cannot apply array updates to non-array element ${done.join('.')}`,
      )
    }
    const filter = identifier === '' ? undefined : positions.arrayFilters.get(identifier)
    if (identifier !== '' && filter === undefined)
      throw new MongoServerFault(
        'BadValue',
        `No array filter found for identifier '${identifier}' in path '${path}'`,
      )
    positions.used.add(identifier)
    return value.flatMap((element, index) =>
      filter === undefined || filter.matches(new Map([[identifier, element]]))
        ? next(String(index), element)
        : [],
    )
  }
  const inner =
    value instanceof Map
      ? value.get(part)
      : Array.isArray(value) && /^\d+$/.test(part)
        ? value[Number(part)]
        : undefined
  return next(part, inner)
}
