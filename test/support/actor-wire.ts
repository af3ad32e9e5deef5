import type { Bus } from '../../src/actors/index.ts'

/** A wire between instances in one process. */
export interface Wire {
  bus(): Bus
  /** From now on nobody hears anybody. */
  cut(): void
}

export function createWire(): Wire {
  const ends = new Set<{ hear: (packet: unknown) => void }>()
  let whole = true
  return {
    bus() {
      const listeners = new Set<(packet: unknown) => void>()
      const end = {
        hear(packet: unknown) {
          for (const listener of listeners) listener(packet)
        },
      }
      ends.add(end)
      return {
        publish(packet) {
          if (!whole) return
          for (const other of ends) if (other !== end) queueMicrotask(() => other.hear(packet))
        },
        flushed: () => Promise.resolve(),
        subscribe(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      }
    },
    cut() {
      whole = false
    },
  }
}
