/** The events that are being dealt with right now, so that a stop can wait for their acknowledgements. */
export interface Work {
  track(work: Promise<void>): void
  /** How many there are. */
  underWay(): number
  /** Resolves when the last has ended, or after `limitMs`. */
  settle(limitMs: number): Promise<void>
}

export function createWork(onFailure: (error: unknown) => void): Work {
  const running = new Set<Promise<void>>()
  return {
    track(work) {
      const settled = work.catch(onFailure).finally(() => running.delete(settled))
      running.add(settled)
    },
    underWay: () => running.size,
    async settle(limitMs) {
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, limitMs)
      await Promise.race([Promise.all(running), late])
      clearTimeout(timer)
    },
  }
}
