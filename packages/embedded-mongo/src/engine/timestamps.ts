import { Timestamp } from 'bson'

/** How far ahead of the clock a time may be that a client tells of, as in MongoDB. */
const MOST_AHEAD_SECONDS = 365 * 24 * 3600

/** Hands out cluster times: rising, each once, near the clock. */
export class ClusterClock {
  #seconds = 0
  #increment = 0
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#seconds = Math.floor(now() / 1000)
  }

  /** The latest time that was handed out. */
  get latest(): Timestamp {
    return new Timestamp({ t: this.#seconds, i: this.#increment })
  }

  next(): Timestamp {
    const seconds = Math.floor(this.#now() / 1000)
    if (seconds > this.#seconds) {
      this.#seconds = seconds
      this.#increment = 1
    } else this.#increment += 1
    return this.latest
  }

  /** Goes on after a time that a client has seen: a process that died may have handed it out. */
  observe(time: Timestamp): void {
    if (time.getHighBitsUnsigned() <= this.#now() / 1000 + MOST_AHEAD_SECONDS) this.continueAfter(time)
  }

  /** Goes on after a time that was handed out before the process began. */
  continueAfter(time: Timestamp): void {
    const seconds = time.getHighBitsUnsigned()
    const increment = time.getLowBitsUnsigned()
    if (seconds > this.#seconds || (seconds === this.#seconds && increment > this.#increment)) {
      this.#seconds = seconds
      this.#increment = increment
    }
  }
}
