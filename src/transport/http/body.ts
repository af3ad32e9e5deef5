import type { Middleware } from 'koa'
import { koaBody } from 'koa-body'
import { ShopError } from '../../platform/errors.ts'
import { WHOLE } from '../../platform/field-errors.ts'
import type { RequestState } from './state.ts'

/** Bytes, after decompression. */
export const MAX_BODY_BYTES = 100_000

const parse = koaBody({
  jsonLimit: MAX_BODY_BYTES,
  jsonStrict: false,
  jsonTypes: ['application/json', 'application/*+json'],
  urlencoded: false,
  text: false,
  multipart: false,
  onError: (error) => {
    throw toBodyError(error)
  },
})

/**
 * Reads a JSON body into `request.body`; no body at all counts as `{}`.
 * Throws ShopError `unsupported_media_type`, `payload_too_large`, `malformed_json` or `validation_failed`.
 */
export const readBody: Middleware<RequestState> = async (http, next) => {
  if (Number(http.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    http.set('Connection', 'close')
    throw new ShopError('payload_too_large')
  }
  const json = http.is('application/json', 'application/*+json')
  const empty = json === null || http.headers['content-length'] === '0'
  if (!empty && json === false) {
    throw new ShopError('unsupported_media_type', 'The body must be application/json.')
  }
  if (empty) {
    http.request.body = {}
    return next()
  }
  return parse(http, next)
}

function toBodyError(error: Error): ShopError {
  const status = 'status' in error ? error.status : undefined
  if (status === 413) return new ShopError('payload_too_large')
  if (status === 415) return new ShopError('unsupported_media_type')
  if ('body' in error && typeof error.body === 'string' && isJson(error.body)) {
    return new ShopError('validation_failed', 'The body holds a field that is not allowed.', {
      errors: [{ path: WHOLE, message: 'must not hold a field of that name' }],
    })
  }
  return new ShopError('malformed_json')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
