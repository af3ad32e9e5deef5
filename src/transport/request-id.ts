import type { Ids } from '../platform/ids.ts'

const ACCEPTABLE = /^[A-Za-z0-9_-]{8,64}$/

/** The client's own request id where it is one, else a new one. */
export function requestIdFrom(header: string | string[] | undefined, ids: Ids): string {
  return typeof header === 'string' && ACCEPTABLE.test(header) ? header : ids.next()
}
