import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const DIGITS = 20
/** The number, and the check sum by which a damaged one is told from a number that is missing something. */
const LENGTH = DIGITS + 9
const FORMAT = /^(\d{20}) ([0-9a-f]{8})$/
/** As it was before there were check sums. */
const BARE = /^\d{20}$/

/**
 * The number of the last commit that was acknowledged, in a small file of its own. SQLite takes a write-ahead log whose
 * tail is damaged or missing for an unfinished write and goes on without it; by this number we notice what is gone.
 */
export class HighMark {
  readonly #descriptor: number
  readonly #bytes = Buffer.alloc(LENGTH)

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  static open(file: string): HighMark {
    const mark = new HighMark(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600))
    // a number from the start, so that no later one needs more of the disk
    if (HighMark.read(file) === null) mark.write(0)
    return mark
  }

  /** The number in the file; null when there is none, undefined when the file holds something else. */
  static read(file: string): number | null | undefined {
    let text: string
    try {
      text = readFileSync(file, 'latin1')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
    if (text === '') return null
    if (BARE.test(text)) return Number(text)
    const [, digits, sum] = FORMAT.exec(text) ?? []
    return digits !== undefined && sum === sumOf(digits) ? Number(digits) : undefined
  }

  /** Overwrites the number in place, which needs no space on the disk. */
  write(sequence: number): void {
    const digits = String(sequence).padStart(DIGITS, '0')
    this.#bytes.write(`${digits} ${sumOf(digits)}`, 'latin1')
    writeSync(this.#descriptor, this.#bytes, 0, LENGTH, 0)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

function sumOf(digits: string): string {
  return crc32(digits).toString(16).padStart(8, '0')
}
