import { Double } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { coercedInteger, isNumber, isZero } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { checkFieldPath } from './field-names.ts'
import { type CompiledFilter, compileFilter, type FilterOptions } from './matcher.ts'

export interface ProjectionContext {
  /** The text score of the document, for `{ $meta: 'textScore' }`. */
  readonly textScore?: number | undefined
  /** The record's number, for `{ $meta: 'recordId' }`. */
  readonly recordId?: number | undefined
}

export interface CompiledProjection {
  readonly usesTextScore: boolean
  apply(doc: Doc, context?: ProjectionContext): Doc
}

type Leaf =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  | {
      readonly kind: 'compute'
      readonly compute: (value: Value | undefined, root: Doc, context: ProjectionContext) => Value | undefined
    }
  | {
      readonly kind: 'transform'
      readonly transform: (value: Value, root: Doc) => Value | undefined
      /** The field goes to the end of an inclusion, as computed fields do. */
      readonly last?: boolean
    }
interface Branch {
  readonly kind: 'branch'
  readonly children: Map<string, Node>
}
type Node = Leaf | Branch

type Mode = 'inclusion' | 'exclusion'

/**
 * Compiles a projection of `find`: inclusion or exclusion, `$slice`, `$elemMatch`, the positional `$`, `$meta`, and
 * expressions where a compiler for them is given.
 */
export function compileProjection(
  spec: Doc,
  options: FilterOptions = {},
  filter?: CompiledFilter,
): CompiledProjection {
  const state = new ProjectionParser(options, filter)
  state.read(spec, '', state.root)
  if (state.usesTextScore && filter?.hasText !== true) throw noTextScore()
  const mode: Mode = state.mode ?? (state.onlyTransforms && !state.usesElemMatch ? 'exclusion' : 'inclusion')
  const idNode = state.root.children.get('_id')
  if (mode === 'inclusion' && idNode === undefined) state.root.children.set('_id', { kind: 'keep' })
  if (mode === 'inclusion' && idNode?.kind === 'drop') state.root.children.delete('_id')
  return {
    usesTextScore: state.usesTextScore,
    apply(doc, context = {}) {
      const result =
        mode === 'inclusion' ? include(doc, state.root, doc, context) : exclude(doc, state.root, doc, context)
      return result
    },
  }
}

/** Without a text search there is no score. */
export function noTextScore(): MongoServerFault {
  return new MongoServerFault(40218, 'query requires text score metadata, but it is not available')
}

class ProjectionParser {
  readonly root: Branch = { kind: 'branch', children: new Map() }
  mode: Mode | undefined
  onlyTransforms = true
  usesTextScore = false
  private usesPositional = false
  usesElemMatch = false
  private readonly options: FilterOptions
  private readonly filter: CompiledFilter | undefined

  constructor(options: FilterOptions, filter: CompiledFilter | undefined) {
    this.options = options
    this.filter = filter
  }

  read(spec: Doc, prefix: string, branch: Branch): void {
    for (const [name, value] of spec)
      this.field(name, value, prefix === '' ? name : `${prefix}.${name}`, branch)
  }

  private field(name: string, value: Value, path: string, branch: Branch): void {
    const parts = name.split('.')
    if (parts.slice(0, -1).includes('$'))
      throw new MongoServerFault(
        31394,
        "As of 4.4, it's illegal to specify positional operator in the middle of a path.",
      )
    checkFieldPath(parts.at(-1) === '$' ? name.slice(0, -2) : name)
    if (parts.at(-1) === '$') {
      this.positional(parts.slice(0, -1), value, branch)
      return
    }
    if (value instanceof Map && value.size > 0 && !isExpression(value)) {
      const inner = this.branchAt(branch, parts, path)
      this.read(value, path, inner)
      return
    }
    this.place(branch, parts, this.leaf(value, path), path)
  }

  private leaf(value: Value, path: string): Leaf {
    if (isNumber(value) || typeof value === 'boolean') {
      const keep = typeof value === 'boolean' ? value : !isZero(value)
      if (path !== '_id') this.setMode(keep ? 'inclusion' : 'exclusion', path)
      else if (keep && this.mode === undefined) this.onlyTransforms = false
      return { kind: keep ? 'keep' : 'drop' }
    }
    if (value instanceof Map) {
      const [operator, argument] = [...value][0] ?? ['', null]
      if (value.size > 1)
        throw new MongoServerFault(
          16410,
          `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
        )
      if (operator === '$slice' && !isSliceExpression(argument)) return findSlice(argument)
      if (operator === '$elemMatch') return this.elemMatch(argument, path)
      if (operator === '$meta') return this.meta(argument)
    }
    return this.expression(value, path)
  }

  private setMode(mode: Mode, path: string): void {
    if (this.mode !== undefined && this.mode !== mode) {
      throw mode === 'exclusion'
        ? new MongoServerFault(31254, `Cannot do exclusion on field ${path} in inclusion projection`)
        : new MongoServerFault(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
    }
    this.mode = mode
    this.onlyTransforms = false
  }

  private elemMatch(argument: Value, path: string): Leaf {
    if (!(argument instanceof Map))
      throw new MongoServerFault(
        31274,
        `elemMatch: Invalid argument, object required, but got ${String(argument)}`,
      )
    if (path.includes('.'))
      throw new MongoServerFault(31275, 'Cannot use $elemMatch projection on a nested field.')
    if (this.usesPositional)
      throw new MongoServerFault(31255, 'Cannot specify positional operator and $elemMatch.')
    this.usesElemMatch = true
    const test = compileFilter(new Map([['value', new Map([['$elemMatch', argument]])]]), {
      ...this.options,
      within: '$elemMatch projection',
    })
    return {
      kind: 'transform',
      last: true,
      transform: (value) => {
        const index = Array.isArray(value) ? test.match(new Map([['value', value]]))?.arrayIndex : undefined
        const element = Array.isArray(value) && index !== undefined ? value[index] : undefined
        return element === undefined ? undefined : [element]
      },
    }
  }

  private meta(argument: Value): Leaf {
    if (argument === 'textScore') {
      this.usesTextScore = true
      return {
        kind: 'compute',
        compute: (_value, _root, { textScore }) =>
          textScore === undefined ? undefined : new Double(textScore),
      }
    }
    throw new MongoServerFault(17308, `Unsupported argument to $meta: ${String(argument)}`)
  }

  private expression(value: Value, path: string): Leaf {
    const { expression } = this.options
    if (expression === undefined)
      throw new MongoServerFault('BadValue', `Unsupported projection option: ${path}`)
    const [operator] = value instanceof Map ? value.keys() : []
    if (operator !== undefined && this.options.isExpression?.(operator) === false)
      throw new MongoServerFault(31325, `Unknown expression ${operator}`)
    if (path !== '_id') this.setMode('inclusion', path)
    const evaluate = expression(value, this.options.variables ?? new Map())
    return { kind: 'compute', compute: (_value, root) => evaluate(root) }
  }

  private positional(parts: readonly string[], value: Value, branch: Branch): void {
    const path = parts.join('.')
    const filter = this.filter
    if (this.usesPositional)
      throw new MongoServerFault(31276, 'Cannot specify more than one positional projection per query.')
    if (this.usesElemMatch)
      throw new MongoServerFault(31256, 'Cannot specify positional operator and $elemMatch.')
    if (value instanceof Map)
      throw new MongoServerFault(
        31271,
        'positional projection cannot be used with an expression or sub object',
      )
    if (!isNumber(value) && typeof value !== 'boolean')
      throw new MongoServerFault(31308, 'positional projection cannot be used with a literal')
    if (value === false || (typeof value !== 'boolean' && isZero(value)))
      throw new MongoServerFault(31395, 'positional projection cannot be used with exclusion')
    this.usesPositional = true
    if (filter === undefined) throw new MongoServerFault(51246, 'positional operator is not allowed here')
    if (filter.hasExpr)
      throw new MongoServerFault('QueryFeatureNotAllowed', '$expr is not allowed with positional projection')
    this.setMode('inclusion', path)
    const element: Leaf = {
      kind: 'transform',
      transform: (value, root) => {
        if (!Array.isArray(value)) return value
        const index = filter.match(root)?.arrayIndex
        if (index === undefined)
          throw new MongoServerFault(
            51246,
            "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
          )
        const found = value[index]
        if (found === undefined)
          throw new MongoServerFault(
            51247,
            "Executor error during find command :: caused by :: positional operator '.$' element mismatch",
          )
        return [found]
      },
    }
    this.place(branch, parts, element, path)
  }

  private branchAt(branch: Branch, parts: readonly string[], path: string): Branch {
    let current = branch
    for (const [at, part] of parts.entries()) {
      const child = current.children.get(part)
      if (child !== undefined && child.kind !== 'branch')
        throw new MongoServerFault(
          31249,
          `Path collision at ${path} remaining portion ${path
            .split('.')
            .slice(at + 1)
            .join('.')}`,
        )
      const next: Branch = child ?? { kind: 'branch', children: new Map() }
      current.children.set(part, next)
      current = next
    }
    return current
  }

  private place(branch: Branch, parts: readonly string[], leaf: Leaf, path: string): void {
    const owner = this.branchAt(branch, parts.slice(0, -1), path)
    const last = parts.at(-1) ?? ''
    if (owner.children.has(last)) throw collision(path)
    owner.children.set(last, leaf)
  }
}

function collision(path: string): MongoServerFault {
  return new MongoServerFault(31250, `Path collision at ${path}`)
}

function isExpression(value: Doc): boolean {
  return [...value.keys()][0]?.startsWith('$') === true
}

/** `$slice` with anything but a number or two as its argument is the aggregation operator. */
function isSliceExpression(argument: Value): boolean {
  if (!Array.isArray(argument) || argument.length === 0) return false
  const [skip, limit] = argument
  return argument.length !== 2 || !isNumber(skip) || !isNumber(limit) || coercedInteger(limit, 32) <= 0
}

function findSlice(argument: Value): Leaf {
  const [first, second] = Array.isArray(argument) ? argument : [argument]
  if (!isNumber(first) || (second !== undefined && !isNumber(second)))
    throw new MongoServerFault(
      28667,
      'Invalid $slice syntax. The given syntax did not match the find() syntax',
    )
  const skip = coercedInteger(first, 32)
  const limit = second === undefined ? undefined : coercedInteger(second, 32)
  return {
    kind: 'transform',
    transform: (value) => {
      if (!Array.isArray(value)) return value
      if (limit === undefined) return skip >= 0 ? value.slice(0, skip) : value.slice(skip)
      const start = skip >= 0 ? skip : Math.max(0, value.length + skip)
      return value.slice(start, start + limit)
    },
  }
}

function include(doc: Doc, branch: Branch, root: Doc, context: ProjectionContext): Doc {
  const result: Doc = new Map()
  for (const [name, value] of doc) {
    const node = branch.children.get(name)
    const kept = node === undefined ? undefined : includeValue(value, node, root, context)
    if (kept !== undefined) result.set(name, kept)
  }
  for (const [name, node] of branch.children) {
    if (node.kind === 'transform' && node.last === true) {
      const kept = result.get(name)
      result.delete(name)
      if (kept !== undefined) result.set(name, kept)
    } else if (node.kind === 'compute') {
      const computed = node.compute(doc.get(name), root, context)
      result.delete(name)
      if (computed !== undefined) result.set(name, computed)
    } else if (node.kind === 'branch' && !result.has(name) && hasComputed(node)) {
      const inner = include(new Map(), node, root, context)
      if (inner.size > 0) result.set(name, inner)
    }
  }
  return result
}

function hasComputed(branch: Branch): boolean {
  return [...branch.children.values()].some(
    (child) => child.kind === 'compute' || (child.kind === 'branch' && hasComputed(child)),
  )
}

function includeValue(value: Value, node: Node, root: Doc, context: ProjectionContext): Value | undefined {
  switch (node.kind) {
    case 'keep':
      return value
    case 'transform':
      return node.transform(value, root)
    case 'branch':
      if (value instanceof Map) return include(value, node, root, context)
      if (!Array.isArray(value)) return undefined
      return value.flatMap((element) => {
        const kept =
          element instanceof Map || Array.isArray(element)
            ? includeValue(element, node, root, context)
            : hasComputed(node)
              ? include(new Map(), node, root, context)
              : undefined
        return kept === undefined ? [] : [kept]
      })
    default:
      return undefined
  }
}

function exclude(doc: Doc, branch: Branch, root: Doc, context: ProjectionContext): Doc {
  const result: Doc = new Map()
  for (const [name, value] of doc) {
    const node = branch.children.get(name)
    const kept = node === undefined || node.kind === 'keep' ? value : excludeValue(value, node, root, context)
    if (kept !== undefined) result.set(name, kept)
  }
  for (const [name, node] of branch.children) {
    const computed = node.kind === 'compute' ? node.compute(doc.get(name), root, context) : undefined
    if (computed !== undefined) result.set(name, computed)
  }
  return result
}

function excludeValue(value: Value, node: Node, root: Doc, context: ProjectionContext): Value | undefined {
  switch (node.kind) {
    case 'transform':
      return node.transform(value, root)
    case 'branch':
      if (value instanceof Map) return exclude(value, node, root, context)
      return Array.isArray(value)
        ? value.map((element) => excludeValue(element, node, root, context) ?? null)
        : value
    default:
      return undefined
  }
}
