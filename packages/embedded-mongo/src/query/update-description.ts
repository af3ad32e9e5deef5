import { Int32 } from 'bson'
import { identical } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { UpdateDescription } from '../engine/types.ts'
import { valueAtPath } from './paths.ts'

interface Building {
  readonly updatedFields: Doc
  readonly removedFields: string[]
  readonly truncatedArrays: Array<{ field: string; newSize: number }>
  readonly trails: Trail[]
}

const NUMBERED = /(?:^|\.)\d+(?:\.|$)/

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
  const description = { updatedFields, removedFields, truncatedArrays: [] }
  const numbered = [...updatedFields.keys(), ...removedFields].filter((path) => NUMBERED.test(path))
  if (numbered.length === 0) return description
  return clarified(
    description,
    numbered.map((path) => trailOf(path, valueAtPath(after, path.split('.')) === undefined ? before : after)),
  )
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
  const building: Building = { updatedFields: new Map(), removedFields: [], truncatedArrays: [], trails: [] }
  describeDocs(before, after, [], building)
  const { trails, ...description } = building
  return clarified(description, trails)
}

/** A place in a document: names are strings, places in arrays numbers. */
type Trail = ReadonlyArray<string | number>

function pathOf(trail: Trail, into: Building): string {
  into.trails.push(trail)
  return trail.join('.')
}

function describeDocs(before: Doc, after: Doc, trail: Trail, into: Building): void {
  for (const name of before.keys())
    if (!after.has(name)) into.removedFields.push(pathOf([...trail, name], into))
  for (const [name, value] of after) describeValue(before.get(name), value, [...trail, name], into)
}

function describeValue(before: Value | undefined, after: Value, trail: Trail, into: Building): void {
  if (identical(before, after)) return
  if (before instanceof Map && after instanceof Map && keepsOrder(before, after))
    describeDocs(before, after, trail, into)
  else if (Array.isArray(before) && Array.isArray(after)) describeArrays(before, after, trail, into)
  else into.updatedFields.set(pathOf(trail, into), after)
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
  trail: Trail,
  into: Building,
): void {
  if (after.length < before.length) {
    // a cut at the end is told as such; anything else moved elements and is told as a new array
    if (!after.every((value, index) => identical(value, before[index]))) {
      into.updatedFields.set(pathOf(trail, into), [...after])
      return
    }
    into.truncatedArrays.push({ field: pathOf(trail, into), newSize: after.length })
    return
  }
  for (const [index, value] of after.entries()) {
    if (index >= before.length) into.updatedFields.set(pathOf([...trail, index], into), value)
    else describeValue(before[index], value, [...trail, index], into)
  }
}

const DIGITS = /^\d+$/

/**
 * Adds the parts of those paths that can be read in two ways: where a field's name is a number, or has a dot in it.
 * (Source: MongoDB's manual, "disambiguatedPaths" of change events.)
 */
function clarified(description: UpdateDescription, trails: readonly Trail[]): UpdateDescription {
  const ambiguous = trails.filter((trail) =>
    trail.some((part) => typeof part === 'string' && (DIGITS.test(part) || part.includes('.'))),
  )
  if (ambiguous.length === 0) return description
  const disambiguatedPaths: Doc = new Map(
    ambiguous.map((trail) => [
      trail.join('.'),
      trail.map((part) => (typeof part === 'number' ? new Int32(part) : part)),
    ]),
  )
  return { ...description, disambiguatedPaths }
}

/** The place that an operator's path leads to: operators reach no name with a dot in it. */
function trailOf(path: string, doc: Doc): Trail {
  let value: Value | undefined = doc
  return path.split('.').map((part) => {
    const within: Value | undefined = value
    if (Array.isArray(within)) {
      value = within[Number(part)]
      return Number(part)
    }
    value = within instanceof Map ? within.get(part) : undefined
    return part
  })
}
