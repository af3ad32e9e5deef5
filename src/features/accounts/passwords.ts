import bcrypt from 'bcrypt'
import { ShopError } from '../../platform/errors.ts'

/** bcrypt works on libuv's four threads, which files and name look-ups need too. */
const AT_ONCE = 2
const MAX_WAITING = 500
const MAX_BYTES = 72
const BUSY_RETRY_S = 5

let running = 0
const waiting: Array<() => void> = []

/** Lets two password checks run at a time, the others wait in line. Throws ShopError `unavailable` when the line is too long. */
export async function withPasswordSlot<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING) {
      throw new ShopError('unavailable', 'Too many sign-ins at once.', { retryAfter: BUSY_RETRY_S })
    }
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else {
    running += 1
  }
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

/** `cost` is bcrypt's: each step doubles the work. */
export function hashPassword(password: string, cost: number): Promise<string> {
  return withPasswordSlot(() => bcrypt.hash(password, cost))
}

/**
 * Whether the password is the hash's. Without a hash the answer is no, after the same work. Call it within a password slot.
 */
export async function passwordMatches(
  password: string,
  hash: string | undefined,
  cost: number,
): Promise<boolean> {
  const readable = Buffer.byteLength(password) <= MAX_BYTES && !password.includes('\0')
  const matches = await bcrypt.compare(readable ? password : 'x', hash ?? unmatchable(cost))
  return matches && readable && hash !== undefined
}

/** Whether a hash was made with another cost than is wanted now. */
export function isOutdated(hash: string, cost: number): boolean {
  return bcrypt.getRounds(hash) !== cost
}

/** A well-formed hash of nothing that anybody knows, to spend the time on. */
function unmatchable(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$abcdefghijklmnopqrstuu0123456789abcdefghijklmnopqrstu`
}
