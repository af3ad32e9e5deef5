import { type FieldError, type Money, PROBLEMS, type Problem, type ProblemCode } from '../contract/index.ts'

/** What a problem may carry beside its code and detail; each field's meaning stands in the contract's `Problem`. */
export interface ErrorDetails {
  readonly errors?: FieldError[]
  readonly reason?: string
  readonly available?: number
  readonly retryAfter?: number
  readonly amount?: Money
  /** Methods that are allowed, for `method_not_allowed`. */
  readonly allow?: readonly string[]
  /** The limit that was reached, for `rate_limited`. */
  readonly limit?: LimitState
}

/** How a key stands within the window of a rate limit. */
export interface LimitState {
  readonly name: string
  readonly allowed: boolean
  /** Points in each window of `windowSeconds`. */
  readonly points: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Whole seconds until the window ends. */
  readonly resetSeconds: number
}

/** The one class of expected failures. `detail` is written for the client and holds nothing internal. */
export class ShopError extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly details: ErrorDetails

  constructor(code: ProblemCode, detail?: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(detail ?? PROBLEMS[code].title, options)
    this.name = 'ShopError'
    this.code = code
    this.detail = this.message
    this.details = details
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }
}

/** The problem object of an error, as both doors send it. */
export function toProblem(error: ShopError, requestId: string): Problem {
  const { errors, reason, available, retryAfter, amount } = error.details
  return {
    type: `urn:floorwalker:problem:${error.code}`,
    title: PROBLEMS[error.code].title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    requestId,
    ...(errors === undefined ? {} : { errors }),
    ...(reason === undefined ? {} : { reason }),
    ...(available === undefined ? {} : { available }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(amount === undefined ? {} : { amount }),
  }
}

/** A `validation_failed` for one field that only a command can judge, such as a missing `sku`. */
export function invalidField(path: string, message: string): ShopError {
  return new ShopError('validation_failed', `${path}: ${message}`, { errors: [{ path, message }] })
}

export function notFound(what: string): ShopError {
  return new ShopError('not_found', `There is no such ${what}.`)
}
