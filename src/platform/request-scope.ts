import { AsyncLocalStorage } from 'node:async_hooks'

const scope = new AsyncLocalStorage<string | undefined>()

/**
 * Does work on behalf of a request, so that every log line on the way carries its id. What outlives the request, such as a
 * message in a mailbox or an entry of the outbox, is stored with the id and taken up under it again, on whichever instance.
 * `undefined` leaves the request that called: for loops that go on for others.
 */
export function inRequest<T>(requestId: string | undefined, work: () => T): T {
  return scope.run(requestId, work)
}

/** The request on whose behalf this runs, if any. */
export function currentRequestId(): string | undefined {
  return scope.getStore()
}
