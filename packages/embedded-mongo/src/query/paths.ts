import type { Doc, Value } from '../bson/document.ts'

/** What a match tells beside yes or no: the place in the array through which it came, for the positional `$`. */
export interface MatchDetails {
  arrayIndex: number | undefined
}

const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/

export function isArrayIndex(part: string): boolean {
  return ARRAY_INDEX.test(part)
}

/** `a.b.c` in its parts. */
export function splitPath(path: string): readonly string[] {
  return path.includes('.') ? path.split('.') : [path]
}

/**
 * Calls `test` with each value that a path leads to, until one says true. On the way an array stands for all the
 * documents in it, and for its element where the path has its index; a missing field is given as undefined.
 * (Source: MongoDB's manual, "Query an Array of Embedded Documents".)
 */
export function anyAtPath(
  value: Value | undefined,
  parts: readonly string[],
  start: number,
  details: MatchDetails | undefined,
  test: (value: Value | undefined, details: MatchDetails | undefined) => boolean,
): boolean {
  const part = parts[start]
  if (part === undefined) return test(value, details)
  if (value instanceof Map) return anyAtPath(value.get(part), parts, start + 1, details, test)
  if (!Array.isArray(value)) return test(undefined, details)
  if (isArrayIndex(part)) {
    const index = Number(part)
    if (index < value.length && anyAtPath(value[index], parts, start + 1, details, test)) return true
  }
  for (let index = 0; index < value.length; index += 1) {
    const element = value[index]
    if (element instanceof Map && anyAtPath(element, parts, start, undefined, test)) {
      if (details !== undefined) details.arrayIndex = index
      return true
    }
  }
  return false
}

/** All values that a path leads to, arrays at its end opened: what `distinct` and sort keys see. */
export function valuesAtPath(doc: Doc, path: string): Array<Value | undefined> {
  const values: Array<Value | undefined> = []
  anyAtPath(doc, splitPath(path), 0, undefined, (value) => {
    if (Array.isArray(value)) values.push(...value)
    else values.push(value)
    return false
  })
  return values
}

/** The value at a path without opening arrays, except by index. */
export function valueAtPath(value: Value | undefined, parts: readonly string[]): Value | undefined {
  let current = value
  for (const part of parts) {
    if (current instanceof Map) current = current.get(part)
    else if (Array.isArray(current) && isArrayIndex(part)) current = current[Number(part)]
    else return undefined
  }
  return current
}
