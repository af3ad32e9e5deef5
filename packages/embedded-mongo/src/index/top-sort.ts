import type { RecordId, StoredRecord } from '../engine/types.ts'
import type { CompiledSort } from '../query/sort.ts'

/** Sorted records; where only the first `wanted` are (0: all), no more than twice as many are held at once. */
export function smallest(
  records: Iterable<StoredRecord>,
  sort: CompiledSort,
  wanted: number,
  scoreOf: (id: RecordId) => number,
): StoredRecord[] {
  let held: StoredRecord[] = []
  const order = (): void => {
    sort.sort(
      held,
      ({ doc }) => doc,
      ({ id }) => scoreOf(id),
    )
  }
  for (const record of records) {
    held.push(record)
    if (wanted > 0 && held.length >= 2 * wanted + 1000) {
      order()
      held = held.slice(0, wanted)
    }
  }
  order()
  return wanted > 0 ? held.slice(0, wanted) : held
}
