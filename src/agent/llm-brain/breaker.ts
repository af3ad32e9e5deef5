const FAILURES_IN_A_ROW = 3
const PAUSE_MS = 30_000

/** Spares customers the wait for an endpoint that has failed several times in a row: it is left alone for a while. */
export interface Breaker {
  isOpen(): boolean
  succeeded(): void
  failed(): void
}

export function createBreaker(now: () => number): Breaker {
  let failures = 0
  let until = 0
  return {
    isOpen: () => now() < until,
    succeeded() {
      failures = 0
    },
    failed() {
      failures += 1
      if (failures >= FAILURES_IN_A_ROW) until = now() + PAUSE_MS
    },
  }
}
