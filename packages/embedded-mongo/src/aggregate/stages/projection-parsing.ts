import type { Decimal128, Double, Int32, Long } from 'bson'
import type { Doc, Value } from '../../bson/document.ts'
import { isNumber, typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { isExpressionName } from '../expression.ts'
import { parseFieldPath } from '../field-path.ts'
import type { Scope } from '../scope.ts'
import { describe, isTrue } from '../values.ts'
import { compileProjection, ProjectionNode } from './projection-tree.ts'

type Kind = 'include' | 'exclude'

function isSwitch(value: Value): value is boolean | Int32 | Long | Double | Decimal128 {
  return typeof value === 'boolean' || isNumber(value)
}

/** Reads the specification of `$project`. */
class ProjectionParser {
  readonly root = new ProjectionNode()
  readonly #scope: Scope
  #kind: Kind | undefined
  #idIncluded: boolean | undefined
  #idMentioned = false
  #usesMeta = false

  constructor(scope: Scope) {
    this.#scope = scope
  }

  parse(spec: Doc): (doc: Doc) => Doc {
    for (const [name, value] of spec) {
      if (name === '_id' || name.startsWith('_id.')) this.#idMentioned = true
      this.#field(name, value, this.root)
    }
    const kind = this.#kind ?? (this.#usesMeta || this.#idIncluded === true ? 'include' : 'exclude')
    if (kind === 'include' && !this.#idMentioned) this.root.leaves.add('_id')
    if (kind === 'include' && this.#idIncluded === false) this.root.leaves.delete('_id')
    if (kind === 'exclude' && this.#idIncluded === true) this.root.leaves.delete('_id')
    return compileProjection(this.root, kind)
  }

  #field(name: string, value: Value, parent: ProjectionNode): void {
    if (name === '$' || name.endsWith('.$') || name.includes('.$.')) {
      throw new MongoServerFault(31324, 'Cannot use positional projection in aggregation projection')
    }
    if (value instanceof Map) this.#object(name, value, parent)
    else if (!isSwitch(value)) this.#expression(name, value, parent)
    else if (isTrue(value)) this.#include(name, parent)
    else this.#exclude(name, parent)
  }

  #include(name: string, parent: ProjectionNode): void {
    this.#leaf(name, parent)
    if (name === '_id' && parent === this.root) {
      this.#idIncluded = true
      return
    }
    if (this.#kind === 'exclude') {
      throw new MongoServerFault(31253, `Cannot do inclusion on field ${name} in exclusion projection`)
    }
    this.#kind = 'include'
  }

  #exclude(name: string, parent: ProjectionNode): void {
    this.#leaf(name, parent)
    if (name === '_id' && parent === this.root) {
      this.#idIncluded = false
      return
    }
    if (this.#kind === 'include') {
      throw new MongoServerFault(31254, `Cannot do exclusion on field ${name} in inclusion projection`)
    }
    this.#kind = 'exclude'
  }

  #leaf(name: string, parent: ProjectionNode): void {
    const [node, last] = this.#place(name, parent)
    node.leaves.add(last)
  }

  #expression(name: string, value: Value, parent: ProjectionNode): void {
    const isMeta = value instanceof Map && value.has('$meta')
    if (this.#kind === 'exclude' && !isMeta) {
      const code = value instanceof Map ? 31252 : 31310
      throw new MongoServerFault(code, 'Cannot use an expression in an exclusion projection')
    }
    if (isMeta) this.#usesMeta = true
    else this.#kind = 'include'
    const { evaluate } = this.#scope.compile(value)
    const [node, last] = this.#place(name, parent)
    node.compute(last, evaluate)
  }

  #object(name: string, value: Doc, parent: ProjectionNode): void {
    const [first] = value
    if (first === undefined) {
      throw new MongoServerFault(
        51270,
        `An empty sub-projection is not a valid value. Found empty object at path`,
      )
    }
    if (value.size === 1 && first[0].startsWith('$')) {
      if (first[0] === '$elemMatch') {
        throw new MongoServerFault('InvalidPipelineOperator', 'Cannot use $elemMatch in this context')
      }
      if (!isExpressionName(first[0])) throw new MongoServerFault(31325, `Unknown expression ${first[0]}`)
      this.#expression(name, value, parent)
      return
    }
    const [node, last] = this.#place(name, parent, true)
    const child = node.child(last)
    for (const [inner, innerValue] of value) this.#field(inner, innerValue, child)
  }

  /** The level that a dotted name ends in, made where it is not there yet. */
  #place(path: string, parent: ProjectionNode, asLevel = false): [ProjectionNode, string] {
    const names = parseFieldPath(path)
    const last = names.pop() ?? ''
    let node = parent
    for (const [index, name] of names.entries()) {
      if (node.leaves.has(name) || node.expressions.has(name)) {
        const rest = [...names.slice(index + 1), last].join('.')
        throw new MongoServerFault(31249, `Path collision at ${path} remaining portion ${rest}`)
      }
      node = node.child(name)
    }
    const taken = asLevel ? node.leaves.has(last) || node.expressions.has(last) : node.has(last)
    if (taken) throw new MongoServerFault(31250, `Path collision at ${path}`)
    return [node, last]
  }
}

/** Compiles the specification of `$project`. */
export function compileProject(spec: Value, scope: Scope): (doc: Doc) => Doc {
  if (!(spec instanceof Map)) throw new MongoServerFault(15969, '$project specification must be an object')
  if (spec.size === 0) {
    throw new MongoServerFault(
      51272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    )
  }
  return new ProjectionParser(scope).parse(spec)
}

/** Compiles the specification of `$addFields`. */
export function compileAddFields(spec: Value, scope: Scope, stage = '$addFields'): (doc: Doc) => Doc {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(40272, `${stage} specification stage must be an object, got ${typeName(spec)}`)
  }
  if (spec.size === 0) {
    throw new MongoServerFault(
      40177,
      `Invalid ${stage} :: caused by :: specification must have at least one field`,
    )
  }
  const root = new ProjectionNode()
  for (const [path, value] of spec) addField(root, parseFieldPath(path), value, scope)
  return compileProjection(root, 'add')
}

function addField(parent: ProjectionNode, names: string[], value: Value, scope: Scope): void {
  const path = names.join('.')
  const last = names.pop() ?? ''
  let node = parent
  for (const name of names) {
    if (node.expressions.has(name)) throw conflicting(path, name)
    node = node.child(name)
  }
  if (node.expressions.has(last)) throw conflicting(path, last)
  const [first] = value instanceof Map ? value : []
  if (!(value instanceof Map) || first?.[0].startsWith('$') === true) {
    if (node.children.has(last)) throw conflicting(path, last)
    if (value instanceof Map && value.size !== 1) {
      throw new MongoServerFault(
        40181,
        `Invalid $addFields :: caused by :: an expression specification must contain exactly one field, the name of the expression. Found ${value.size} fields in ${describe(value)}`,
      )
    }
    node.compute(last, scope.compile(value).evaluate)
    return
  }
  if (value.size === 0) {
    throw new MongoServerFault(
      40180,
      `an empty object is not a valid value. Found empty object at path ${path}`,
    )
  }
  const child = node.child(last)
  for (const [name, inner] of value) {
    if (name.startsWith('$')) throw new MongoServerFault(40182, `Bad projection specification: ${name}`)
    if (name.includes('.')) {
      throw new MongoServerFault(40183, `cannot use dotted field name '${name}' in a sub object`)
    }
    addField(child, parseFieldPath(name), inner, scope)
  }
}

function conflicting(path: string, other: string): MongoServerFault {
  return new MongoServerFault(
    40176,
    `specification contains two conflicting paths. Cannot specify both '${path}' and '${other}'`,
  )
}
