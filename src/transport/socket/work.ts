/** The events that are being dealt with right now, so that a stop can wait for their acknowledgements. */
export interface Work {
  track(work: Promise<void>): void
  draining(): boolean
  /** Lets no new event begin and resolves when the last has ended, or after `limitMs`. */
  drain(limitMs: number): Promise<void>
}

export function createWork(onFailure: (error: unknown) => void): Work {
  const running = new Set<Promise<void>>()
  let draining = false
  return {
    track(work) {
      const settled = work.catch(onFailure).finally(() => running.delete(settled))
      running.add(settled)
    },
    draining: () => draining,
    async drain(limitMs) {
      draining = true
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, limitMs)
      await Promise.race([Promise.all(running), late])
      clearTimeout(timer)
    },
  }
}
