import { z } from 'zod'
import { Id } from './primitives.ts'
import type { ProblemCode } from './problem.ts'

/** Who may call: anybody, anybody with a token's advantages if one is sent, a signed-in shopper, an admin. */
export type RouteAuth = 'none' | 'optional' | 'user' | 'admin'

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api`, with `:name` parameters. */
  readonly path: string
  readonly auth: RouteAuth
  readonly tag: string
  readonly summary: string
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly success: { readonly status: 200 | 201 | 204; readonly body?: z.ZodType }
  /** Codes beyond those that every route can give. */
  readonly errors: readonly ProblemCode[]
  /** Whether `Idempotency-Key` is honoured. */
  readonly idempotent?: boolean
}

/** The parameters of a path that ends in `:id`. */
export const ById = z.object({ id: Id })

export const ok = <T extends z.ZodType>(body: T) => ({ status: 200, body }) as const
export const created = <T extends z.ZodType>(body: T) => ({ status: 201, body }) as const
export const nothing = { status: 204 } as const
