import { identical } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { UpdateDescription } from '../engine/types.ts'
import { valueAtPath } from './paths.ts'

interface Building {
  readonly updatedFields: Doc
  readonly removedFields: string[]
  readonly truncatedArrays: Array<{ field: string; newSize: number }>
}

/** A place that an update operator changed. */
export interface Touched {
  readonly path: string
  /** `$push` tells only what it added, where it did nothing but add at the end. */
  readonly appends: boolean
}

/**
 * What a change stream tells of an update by operators: each place that was touched, with its new value whole. A
 * place that had to be made is told by the first part of its path that is new. (Source: MongoDB's oplog format v2.)
 */
export function describeTouched(before: Doc, after: Doc, touched: readonly Touched[]): UpdateDescription {
  const updatedFields: Doc = new Map()
  const removedFields: string[] = []
  for (const { path, appends } of touched) {
    const parts = path.split('.')
    const value = valueAtPath(after, parts)
    if (value === undefined) removedFields.push(path)
    else if (appends && tellsAdded(path, valueAtPath(before, parts), value, updatedFields)) continue
    else setTold(before, after, parts, updatedFields)
  }
  return { updatedFields, removedFields, truncatedArrays: [] }
}

function tellsAdded(path: string, before: Value | undefined, after: Value, into: Doc): boolean {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length > after.length) return false
  if (!before.every((value, index) => identical(value, after[index]))) return false
  for (const [index, value] of after.entries())
    if (index >= before.length) into.set(`${path}.${index}`, value)
  return true
}

function setTold(before: Doc, after: Doc, parts: readonly string[], into: Doc): void {
  for (let length = 1; length <= parts.length; length += 1) {
    const part = parts.slice(0, length)
    const value = valueAtPath(after, part)
    if (value === undefined || (length < parts.length && valueAtPath(before, part) !== undefined)) continue
    into.set(part.join('.'), value)
    return
  }
}

/** What a change stream tells of an update by a pipeline: the difference, as dotted paths of what is new, gone or cut short. */
export function describeUpdate(before: Doc, after: Doc): UpdateDescription {
  const description: Building = { updatedFields: new Map(), removedFields: [], truncatedArrays: [] }
  describeDocs(before, after, '', description)
  return description
}

function describeDocs(before: Doc, after: Doc, prefix: string, into: Building): void {
  for (const name of before.keys()) if (!after.has(name)) into.removedFields.push(prefix + name)
  for (const [name, value] of after) describeValue(before.get(name), value, prefix + name, into)
}

function describeValue(before: Value | undefined, after: Value, path: string, into: Building): void {
  if (identical(before, after)) return
  if (before instanceof Map && after instanceof Map && keepsOrder(before, after))
    describeDocs(before, after, `${path}.`, into)
  else if (Array.isArray(before) && Array.isArray(after)) describeArrays(before, after, path, into)
  else into.updatedFields.set(path, after)
}

/** Fields that changed their order can only be told by the whole document. */
function keepsOrder(before: Doc, after: Doc): boolean {
  const kept = [...before.keys()].filter((name) => after.has(name))
  const order = [...after.keys()]
  return kept.every((name, index) => order[index] === name)
}

function describeArrays(
  before: readonly Value[],
  after: readonly Value[],
  path: string,
  into: Building,
): void {
  if (after.length < before.length) {
    // a cut at the end is told as such; anything else moved elements and is told as a new array
    if (!after.every((value, index) => identical(value, before[index]))) {
      into.updatedFields.set(path, [...after])
      return
    }
    into.truncatedArrays.push({ field: path, newSize: after.length })
    return
  }
  for (const [index, value] of after.entries()) {
    if (index >= before.length) into.updatedFields.set(`${path}.${index}`, value)
    else describeValue(before[index], value, `${path}.${index}`, into)
  }
}
