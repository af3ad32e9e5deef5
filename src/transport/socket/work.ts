/** The events that are being dealt with right now, so that a stop can wait for their acknowledgements. */
export interface Work {
  /** Resolves when it has ended, well or not. */
  track(work: Promise<void>): Promise<void>
  /** How many there are. */
  underWay(): number
  /** Resolves when the last has ended, or after `limitMs`. */
  settle(limitMs: number): Promise<void>
}

/** `waiting` tells how many more have come and not begun. */
export function createWork(onFailure: (error: unknown) => void, waiting: () => number = () => 0): Work {
  const running = new Set<Promise<void>>()
  return {
    track(work) {
      const settled: Promise<void> = work.catch(onFailure).finally(() => void running.delete(settled))
      running.add(settled)
      return settled
    },
    underWay: () => running.size,
    async settle(limitMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      let over = false
      const timer = setTimeout(() => {
        over = true
        resolve()
      }, limitMs)
      while (!over && (running.size > 0 || waiting() > 0)) {
        await Promise.race([Promise.all(running), late])
        await new Promise((turn) => setImmediate(turn))
      }
      clearTimeout(timer)
    },
  }
}
