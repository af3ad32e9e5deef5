import { expect } from 'vitest'
import type { z } from 'zod'
import { Problem, type ProblemCode } from '../../src/contract/index.ts'
import type { Answer, Documents } from './documents.ts'

export interface RestOptions {
  readonly token?: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, instead of a body. */
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A problem with the headers that came with it. */
export interface ProblemWithHeaders {
  readonly problem: Problem
  readonly headers: Headers
}

/** REST as whoever has only the contract's page calls it; every answer is held against `/openapi.json`. */
export interface DocumentedRest {
  /** Calls, expects that status and returns the body as the schema reads it. */
  ok<S extends z.ZodType>(
    schema: S,
    status: number,
    method: string,
    path: string,
    options?: RestOptions,
  ): Promise<z.output<S>>
  /** Calls and expects an answer without a body. */
  empty(method: string, path: string, options?: RestOptions): Promise<void>
  /** Calls and expects that problem. */
  problem(
    status: number,
    code: ProblemCode,
    method: string,
    path: string,
    options?: RestOptions,
  ): Promise<ProblemWithHeaders>
}

export function documentedRest(url: string, documents: Documents): DocumentedRest {
  const call = async (
    method: string,
    path: string,
    { token, body, raw, headers = {} }: RestOptions = {},
  ): Promise<Answer & { headers: Headers }> => {
    const json = body === undefined ? raw : JSON.stringify(body)
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: json }),
    })
    const text = await response.text()
    const answer = {
      status: response.status,
      contentType: response.headers.get('Content-Type') ?? '',
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      headers: response.headers,
    }
    expect(response.headers.get('X-Request-Id')).toMatch(/^[A-Za-z0-9_-]{8,64}$/)
    // Which methods a path knows is no operation of its own in the document.
    if (response.status !== 405) documents.checkAnswer(method, path, answer)
    return answer
  }
  return {
    async ok(schema, status, method, path, options) {
      const { status: actual, body } = await call(method, path, options)
      expect(actual, JSON.stringify(body)).toBe(status)
      return schema.parse(body)
    },
    async empty(method, path, options) {
      expect((await call(method, path, options)).status).toBe(204)
    },
    async problem(status, code, method, path, options) {
      const { body, headers } = await call(method, path, options)
      const problem = Problem.parse(body)
      expect(problem, `${method} ${path.slice(0, 80)}`).toMatchObject({ status, code })
      expect(headers.get('Content-Type')).toContain('application/problem+json')
      expect(problem.requestId).toBe(headers.get('X-Request-Id'))
      return { problem, headers }
    },
  }
}
