export interface HangWatchOptions {
  /** How long a round of the job may take, in milliseconds. */
  readonly limitMs: (job: string) => number
  /** Called with each worker that is ended, and how long it had said nothing, in milliseconds. */
  readonly onHang: (job: string, silentMs: number) => void
}

/** What of a worker is watched. */
export interface Terminable {
  terminate(): Promise<number>
}

/** Ends workers whose round takes too long, so that the scheduler can begin the job anew. */
export interface HangWatch {
  began(job: string, worker: Terminable): void
  /** The worker has begun or ended a round. */
  heard(job: string): void
  ended(job: string): void
  close(): void
}

const LOOKS_EACH_LIMIT = 4
const LEAST_LOOK_MS = 50

export function createHangWatch({ limitMs, onHang }: HangWatchOptions): HangWatch {
  const watched = new Map<
    string,
    { readonly worker: Terminable; heardAt: number; readonly timer: NodeJS.Timeout }
  >()
  const look = (job: string) => {
    const entry = watched.get(job)
    if (entry === undefined) return
    const silentMs = performance.now() - entry.heardAt
    if (silentMs <= limitMs(job)) return
    forget(job)
    onHang(job, Math.round(silentMs))
    void entry.worker.terminate()
  }
  const forget = (job: string) => {
    clearInterval(watched.get(job)?.timer)
    watched.delete(job)
  }
  return {
    began(job, worker) {
      forget(job)
      const everyMs = Math.max(LEAST_LOOK_MS, limitMs(job) / LOOKS_EACH_LIMIT)
      const timer = setInterval(() => look(job), everyMs).unref()
      watched.set(job, { worker, heardAt: performance.now(), timer })
    },
    heard(job) {
      const entry = watched.get(job)
      if (entry !== undefined) entry.heardAt = performance.now()
    },
    ended: forget,
    close() {
      for (const job of [...watched.keys()]) forget(job)
    },
  }
}
