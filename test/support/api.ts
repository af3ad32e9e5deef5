import type { z } from 'zod'
import { Problem, ROUTES, type Route, type RouteAnswer, type RouteName } from '../../src/contract/index.ts'

type Input<R, K extends string> = R extends { readonly [key in K]: infer S extends z.ZodType }
  ? z.input<S>
  : undefined

/** What a call of a route sends; each part is needed only where the route has it. */
export interface CallInput<N extends RouteName> {
  readonly params?: Input<(typeof ROUTES)[N], 'params'>
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly body?: Input<(typeof ROUTES)[N], 'body'>
  readonly headers?: Readonly<Record<string, string>>
}

/** A problem object that a call was answered with. */
export class ProblemAnswer extends Error {
  readonly problem: Problem
  readonly headers: Headers

  constructor(problem: Problem, headers: Headers) {
    super(`${problem.status} ${problem.code}: ${problem.detail} ${JSON.stringify(problem.errors ?? [])}`)
    this.problem = problem
    this.headers = headers
  }
}

export interface Api {
  /** Calls a route and returns its answer, checked against the contract. Throws ProblemAnswer. */
  call<N extends RouteName>(name: N, input?: CallInput<N>): Promise<RouteAnswer<N>>
  /** Calls a route that must fail; returns the problem. */
  fail<N extends RouteName>(name: N, input?: CallInput<N>): Promise<Problem>
  /** A bare request to any path, with the token if there is one. */
  raw(path: string, init?: RequestInit): Promise<Response>
}

/** REST calls by the contract's route names. */
export function createApi(url: string, token?: string): Api {
  const raw = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (token !== undefined && !headers.has('Authorization')) headers.set('Authorization', `Bearer ${token}`)
    return fetch(`${url}${path}`, { ...init, headers })
  }
  const call = async <N extends RouteName>(name: N, input: CallInput<N> = {}): Promise<RouteAnswer<N>> => {
    const route: Route = ROUTES[name]
    const response = await raw(pathOf(route, input.params, input.query), {
      method: route.method,
      headers: {
        ...(route.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...input.headers,
      },
      ...(route.body === undefined ? {} : { body: JSON.stringify(input.body ?? {}) }),
    })
    const text = await response.text()
    if (!response.ok) throw new ProblemAnswer(Problem.parse(JSON.parse(text)), response.headers)
    if (response.status !== route.success.status) throw new Error(`${name} answered ${response.status}`)
    return route.success.body?.parse(JSON.parse(text)) as RouteAnswer<N>
  }
  return {
    call,
    raw,
    async fail(name, input) {
      try {
        await call(name, input)
      } catch (error) {
        if (error instanceof ProblemAnswer) return error.problem
        throw error
      }
      throw new Error(`${name} was expected to fail`)
    },
  }
}

function pathOf(route: Route, params: unknown, query: CallInput<RouteName>['query']): string {
  const values = new Map(Object.entries((params ?? {}) as Record<string, unknown>))
  const path = route.path.replace(/:(\w+)/g, (_match, name: string) =>
    encodeURIComponent(String(values.get(name))),
  )
  const search = new URLSearchParams(
    Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
  )
  return `/api${path}${search.size === 0 ? '' : `?${search}`}`
}
