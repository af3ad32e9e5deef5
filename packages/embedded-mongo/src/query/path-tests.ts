import type { Value } from '../bson/document.ts'
import type { LeafTest } from './leaf-tests.ts'
import { anyAtPath, type MatchDetails } from './paths.ts'

/** A question to what stands at a path; the value may be an array. */
export type ValueTest = (value: Value | undefined, details: MatchDetails | undefined) => boolean
/** A condition on a path: some value there passes, none does, or not all of several conditions hold. */
export type PathTest =
  | { readonly holds: 'some'; readonly test: ValueTest }
  | { readonly holds: 'none'; readonly test: ValueTest }
  | { readonly holds: 'not-all'; readonly tests: readonly PathTest[] }

/** Asks the value itself and, where it is an array, each of its elements. */
export function each(test: LeafTest): ValueTest {
  return (value, details) => {
    if (!Array.isArray(value)) return test(value)
    for (let index = 0; index < value.length; index += 1) {
      if (test(value[index])) {
        if (details !== undefined) details.arrayIndex = index
        return true
      }
    }
    return test(value)
  }
}

export function whole(test: LeafTest): ValueTest {
  return (value) => test(value)
}

export const NO_PATH: readonly string[] = []
export const some = (test: ValueTest): PathTest => ({ holds: 'some', test })
export const none = (test: ValueTest): PathTest => ({ holds: 'none', test })

export function holdsAt(
  condition: PathTest,
  value: Value,
  parts: readonly string[],
  details: MatchDetails | undefined,
): boolean {
  if (condition.holds === 'some') return anyAtPath(value, parts, 0, details, condition.test)
  if (condition.holds === 'none') return !anyAtPath(value, parts, 0, undefined, condition.test)
  return !condition.tests.every((test) => holdsAt(test, value, parts, undefined))
}
