import type { LimitState } from '../../platform/errors.ts'
import type { HttpContext } from './state.ts'

/** The structured fields `RateLimit-Policy` and `RateLimit` of the IETF draft. */
export function setLimitHeaders(http: Pick<HttpContext, 'set'>, state: LimitState): void {
  http.set('RateLimit-Policy', `"${state.name}";q=${state.points};w=${state.windowSeconds}`)
  http.set('RateLimit', `"${state.name}";r=${state.remaining};t=${state.resetSeconds}`)
}
