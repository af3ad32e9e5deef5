import type { Doc, Value } from '../../bson/document.ts'
import { typeName } from '../../bson/types.ts'
import { MongoServerFault } from '../../errors.ts'
import { parseFieldPath } from '../field-path.ts'
import type { Evaluate } from '../scope.ts'
import { describe } from '../values.ts'
import { compileAddFields, compileProject } from './projection-parsing.ts'
import { compileProjection, ProjectionNode } from './projection-tree.ts'
import { mapping, type StageCompiler } from './stage.ts'

const project: StageCompiler = (spec, context) => mapping(context, compileProject(spec, context.scope))

function addFields(name: string): StageCompiler {
  return (spec, context) => mapping(context, compileAddFields(spec, context.scope, name))
}

function unsetPaths(spec: Value): string[] {
  if (typeof spec === 'string') return [spec]
  if (!Array.isArray(spec))
    throw new MongoServerFault(31002, '$unset specification must be a string or an array')
  if (spec.length === 0) {
    throw new MongoServerFault(
      31119,
      '$unset specification must be a string or an array with at least one field',
    )
  }
  return spec.map((path) => {
    if (typeof path === 'string') return path
    throw new MongoServerFault(
      31120,
      '$unset specification must be a string or an array containing only string values',
    )
  })
}

const unset: StageCompiler = (spec, context) => {
  const root = new ProjectionNode()
  for (const path of unsetPaths(spec)) {
    const names = parseFieldPath(path)
    const last = names.pop() ?? ''
    let node = root
    for (const name of names) {
      if (node.leaves.has(name))
        throw new MongoServerFault(31249, `Path collision at ${path} remaining portion ${last}`)
      node = node.child(name)
    }
    if (node.has(last)) throw new MongoServerFault(31250, `Path collision at ${path}`)
    node.leaves.add(last)
  }
  return mapping(context, compileProjection(root, 'exclude'))
}

function newRoot(evaluate: Evaluate, option: string): (doc: Doc) => Doc {
  return (doc) => {
    const root = evaluate(doc)
    if (root instanceof Map) return root
    throw new MongoServerFault(
      40228,
      `'${option}' expression  must evaluate to an object, but resulting value was: ${describe(root)}. Type of resulting value: '${typeName(root)}'. Input document: ${describe(doc)}`,
    )
  }
}

const replaceRoot: StageCompiler = (spec, context) => {
  if (!(spec instanceof Map)) {
    throw new MongoServerFault(
      40229,
      `expected an object as specification for $replaceRoot stage, got ${typeName(spec)}`,
    )
  }
  for (const name of spec.keys()) {
    if (name !== 'newRoot')
      throw new MongoServerFault(40230, `unrecognized option to $replaceRoot stage: ${name}`)
  }
  const root = spec.get('newRoot')
  if (root === undefined) throw new MongoServerFault(40231, 'no newRoot specified for the $replaceRoot stage')
  return mapping(context, newRoot(context.scope.compile(root).evaluate, 'newRoot'))
}

const replaceWith: StageCompiler = (spec, context) =>
  mapping(context, newRoot(context.scope.compile(spec).evaluate, 'replacement document'))

export const shapingStages: Readonly<Record<string, StageCompiler>> = {
  $project: project,
  $addFields: addFields('$addFields'),
  $set: addFields('$set'),
  $unset: unset,
  $replaceRoot: replaceRoot,
  $replaceWith: replaceWith,
}
