import type { z } from 'zod'
import type { FieldError } from '../contract/index.ts'
import { ShopError } from './errors.ts'

const MAX_ERRORS = 20
const MAX_TEXT = 200
/** The path of what is wrong as a whole. */
export const WHOLE = '$'

/**
 * Parses what a client sent.
 * @throws ShopError `validation_failed` with one entry for each field that is wrong (the first 20)
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new ShopError('validation_failed', undefined, { errors: fieldErrors(result.error) })
}

/** Parses a body or payload, which must be a plain object. */
export function parseObject<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  if (!isPlainObject(input)) {
    throw new ShopError('validation_failed', 'A JSON object is expected.', {
      errors: [{ path: WHOLE, message: 'must be an object' }],
    })
  }
  return parseInput(schema, input)
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues
    .flatMap((issue): FieldError[] => {
      const path = issue.path.map(String)
      if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }]
      return issue.keys
        .slice(0, MAX_ERRORS)
        .map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }))
    })
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({
      path: path === '' ? WHOLE : path.slice(0, MAX_TEXT),
      message: message.slice(0, MAX_TEXT),
    }))
}
