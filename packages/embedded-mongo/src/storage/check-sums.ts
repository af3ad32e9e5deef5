import { crc32 } from 'node:zlib'
import { DamagedStoreError } from './damage.ts'

/** A check sum of bytes that also knows where they belong. */
export function checkSum(bytes: Uint8Array, ...place: Array<number | string>): number {
  let seed = 0
  for (const part of place) {
    seed = typeof part === 'string' ? crc32(part, seed) : (Math.imul(seed, 31) + (part | 0)) >>> 0
  }
  return crc32(bytes, seed)
}

/** The bytes of a row. @throws DamagedStoreError when they are not those that were written */
export function checkedBytes(
  bytes: unknown,
  sum: unknown,
  file: string,
  what: string,
  ...place: Array<number | string>
): Uint8Array {
  if (bytes instanceof Uint8Array && checkSum(bytes, ...place) === sum) return bytes
  throw new DamagedStoreError(file, `${what} does not have the bytes that were written`)
}
