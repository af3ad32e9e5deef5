import { Decimal128, Double, EJSON, Long } from 'bson'
import { describe, expect, it } from 'vitest'
import { toDoc, toValue } from '../bson/convert.ts'
import type { Value } from '../bson/document.ts'
import { compileExpression, createScope } from './expression.ts'

export const NOW = new Date('2026-01-02T03:04:05.678Z')
export const MISSING = Symbol('missing')

export const dec = (text: string): Decimal128 => Decimal128.fromString(text)
export const long = (value: number | string): Long => Long.fromString(String(value))
export const dbl = (value: number): Double => new Double(value)
export const date = (text: string): Date => new Date(text)

/** A branch of `$switch`. */
export function branch(test: unknown, value: unknown): object {
  return Object.fromEntries([
    ['case', test],
    ['then', value],
  ])
}

/** The named arguments of `$cond`, as many as are given. */
export function condition(...parts: readonly unknown[]): object {
  return Object.fromEntries(
    ['if', 'then', 'else'].slice(0, parts.length).map((name, index) => [name, parts[index]]),
  )
}

/** A value as a text that tells 1 from 1.0 and a missing value from null. */
export function typed(value: Value | undefined): string {
  return value === undefined ? 'missing' : EJSON.stringify(new Map([['value', value]]), { relaxed: false })
}

/** The value of an expression for one document, both given as plain objects. */
export function evaluated(expression: unknown, doc: object = {}): Value | undefined {
  const scope = createScope({ now: NOW, clusterTime: undefined, collation: undefined, textScore: undefined })
  return compileExpression(toValue(expression), scope)(toDoc(doc))
}

export type Case = readonly [expression: unknown, expected: unknown, doc?: object]

/** A test for each expression and the value that MongoDB gives it. */
export function describeExpressions(name: string, cases: readonly Case[]): void {
  const rows = cases.map(
    ([expression, expected, doc]) => [JSON.stringify(expression), expression, expected, doc] as const,
  )
  describe(name, () => {
    it.each(rows)('%s', (_text, expression, expected, doc) => {
      const wanted = expected === MISSING ? undefined : toValue(expected)
      expect(typed(evaluated(expression, doc))).toBe(typed(wanted))
    })
  })
}
