import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'

const LENGTH = 20
const FORMAT = /^\d{20}$/

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
    return new HighMark(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600))
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
    return FORMAT.test(text) ? Number(text) : undefined
  }

  /** Overwrites the number in place, which needs no space on the disk. */
  write(sequence: number): void {
    this.#bytes.write(String(sequence).padStart(LENGTH, '0'), 'latin1')
    writeSync(this.#descriptor, this.#bytes, 0, LENGTH, 0)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
