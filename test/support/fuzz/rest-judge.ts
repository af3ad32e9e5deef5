import { expect } from 'vitest'
import { Problem } from '../../../src/contract/index.ts'
import type { Documents } from '../documents.ts'
import type { WireAnswer } from './http-sender.ts'
import type { FuzzedRequest } from './rest-requests.ts'

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/
/** What only the inside of the shop may say. */
const INTERNALS = /node_modules|\bat .+:\d+:\d+|Mongo|E11000|BSON|ZodError|TypeError|undefined is not|\/src\//

/** Fails unless an answer is one that the contract allows, whatever was asked. */
export function judgeAnswer(documents: Documents, request: FuzzedRequest, answer: WireAnswer): void {
  const { status, text, headers } = answer
  expect(status, text).toBeLessThan(500)
  expect(headers['x-request-id']).toMatch(REQUEST_ID)
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(text.includes('"code"') ? text : '').not.toMatch(INTERNALS)
  if (request.method === 'HEAD' || request.method === 'OPTIONS') {
    expect(text).toBe('')
    return
  }
  const body = text === '' ? undefined : (JSON.parse(text) as unknown)
  if (status >= 400) {
    const problem = Problem.parse(body)
    expect(headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(problem).toMatchObject({ status, requestId: headers['x-request-id'] })
    if (status === 401) expect(headers['www-authenticate']).toBeDefined()
    if (status === 405) expect(headers.allow).toBeTruthy()
    if (status === 422) expect(problem.errors?.length).toBeGreaterThan(0)
    if (problem.retryAfter !== undefined) expect(headers['retry-after']).toBe(String(problem.retryAfter))
  }
  expect(text, 'what has no value is left out or null').not.toMatch(/:""[,}]/)
  const path = request.target.split('?')[0] ?? ''
  if (status !== 405 && isDocumented(documents, request.method, path, status)) {
    documents.checkAnswer(request.method, path, { status, contentType: headers['content-type'] ?? '', body })
  } else {
    expect([404, 405], text).toContain(status)
  }
}

/** Whether the path is an operation's. One that cannot be decoded is nobody's. */
function isDocumented({ operations }: Documents, method: string, path: string, status: number): boolean {
  if (status === 404 && /%(?![0-9a-f]{2})|%e0%a4%a/i.test(path)) return false
  const fits = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
  return operations.some((operation) => operation.method === method && fits(operation.path))
}
