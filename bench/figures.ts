/** A row of the table and of `results.json`. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: 'ms' | '/s' | 'x' | 'kB'
  /** What this figure is promised to be, where something is. */
  readonly promise?: string
}

/** The middle value; of an even number of values the upper middle one. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function printTable(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length))
  for (const { name, value, unit, promise } of figures) {
    const shown = (value >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(10)
    process.stdout.write(
      `${name.padEnd(width)} ${shown} ${unit.padEnd(3)}${promise === undefined ? '' : `  (promised: ${promise})`}\n`,
    )
  }
}

/**
 * Runs `task` again and again, `inFlight` of them at a time, for `durationMs` milliseconds.
 * Returns how many ended in each second.
 */
export async function perSecond(
  inFlight: number,
  durationMs: number,
  task: (lane: number, turn: number) => Promise<void>,
): Promise<number> {
  const started = performance.now()
  const until = started + durationMs
  let done = 0
  await Promise.all(
    Array.from({ length: inFlight }, async (_, lane) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        await task(lane, turn)
        done += 1
      }
    }),
  )
  return (done * 1000) / (performance.now() - started)
}
