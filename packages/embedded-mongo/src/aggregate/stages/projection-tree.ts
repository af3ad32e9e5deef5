import type { Doc, Value } from '../../bson/document.ts'
import type { Evaluate } from '../scope.ts'

/**
 * One level of a projection. Fields are kept (or dropped), have a level of their own below them, or are computed;
 * what is computed comes after what is kept, in the order of the specification.
 */
export class ProjectionNode {
  readonly leaves = new Set<string>()
  readonly children = new Map<string, ProjectionNode>()
  readonly expressions = new Map<string, Evaluate>()
  /** Computed fields, and levels that may hold some, in the order of the specification. */
  readonly order: string[] = []

  has(name: string): boolean {
    return this.leaves.has(name) || this.children.has(name) || this.expressions.has(name)
  }

  child(name: string): ProjectionNode {
    let child = this.children.get(name)
    if (child === undefined) {
      child = new ProjectionNode()
      this.children.set(name, child)
      this.order.push(name)
    }
    return child
  }

  compute(name: string, evaluate: Evaluate): void {
    this.expressions.set(name, evaluate)
    this.order.push(name)
  }

  get computes(): boolean {
    return this.expressions.size > 0 || [...this.children.values()].some((child) => child.computes)
  }
}

type Mode = 'include' | 'exclude' | 'add'

/** Turns a projection into a function; computed fields see the document as it was. */
export function compileProjection(root: ProjectionNode, mode: Mode): (doc: Doc) => Doc {
  const { computes } = root
  return (doc) => {
    const result =
      mode === 'add' ? new Map(doc) : mode === 'include' ? included(root, doc) : excluded(root, doc)
    if (computes) compute(root, result, doc, mode)
    return result
  }
}

function included(node: ProjectionNode, doc: Doc): Doc {
  const result: Doc = new Map()
  for (const [name, value] of doc) {
    if (node.leaves.has(name)) {
      result.set(name, value)
      continue
    }
    const child = node.children.get(name)
    if (child === undefined) continue
    const inner = includedValue(child, value)
    if (inner !== undefined) result.set(name, inner)
  }
  return result
}

function includedValue(node: ProjectionNode, value: Value): Value | undefined {
  if (value instanceof Map) return included(node, value)
  if (!Array.isArray(value)) return undefined
  const kept: Value[] = []
  for (const element of value) {
    // where something is computed below, even an element without fields becomes a document
    const inner = includedValue(node, element) ?? (node.computes ? new Map() : undefined)
    if (inner !== undefined) kept.push(inner)
  }
  return kept
}

function excluded(node: ProjectionNode, doc: Doc): Doc {
  const result: Doc = new Map()
  for (const [name, value] of doc) {
    if (node.leaves.has(name)) continue
    const child = node.children.get(name)
    result.set(name, child === undefined ? value : excludedValue(child, value))
  }
  return result
}

function excludedValue(node: ProjectionNode, value: Value): Value {
  if (value instanceof Map) return excluded(node, value)
  return Array.isArray(value) ? value.map((element) => excludedValue(node, element)) : value
}

/** Sets the computed fields of a level in a document that is nobody else's. */
function compute(node: ProjectionNode, target: Doc, root: Doc, mode: Mode): void {
  for (const name of node.order) {
    const evaluate = node.expressions.get(name)
    const child = node.children.get(name)
    let value: Value | undefined
    if (evaluate !== undefined) value = evaluate(root)
    else if (child?.computes === true) value = computedValue(child, target.get(name), root, mode)
    else continue
    if (value === undefined) target.delete(name)
    else target.set(name, value)
  }
}

function computedValue(node: ProjectionNode, value: Value | undefined, root: Doc, mode: Mode): Value {
  if (Array.isArray(value)) return value.map((element) => computedValue(node, element, root, mode))
  const target: Doc = value instanceof Map ? new Map(value) : new Map()
  compute(node, target, root, mode)
  return target
}
