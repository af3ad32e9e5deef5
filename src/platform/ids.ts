import { randomBytes, randomInt } from 'node:crypto'

/** Identifiers and chance as the product sees them; tests bring their own. */
export interface Ids {
  /** A new opaque id: 24 characters of `[0-9a-z]`, in rising order by the millisecond, 80 random bits. */
  next(): string
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export const systemIds: Ids = {
  next() {
    let time = Date.now()
    let stamp = ''
    for (let index = 0; index < 8; index += 1) {
      stamp = ALPHABET.charAt(time % 32) + stamp
      time = Math.floor(time / 32)
    }
    let chance = ''
    for (const byte of randomBytes(16)) chance += ALPHABET.charAt(byte % 32)
    return stamp + chance
  },
  below: (limit) => randomInt(limit),
}
