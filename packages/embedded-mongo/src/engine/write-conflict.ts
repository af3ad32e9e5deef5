import { MongoServerFault } from '../errors.ts'
import type { Transaction } from './transaction.ts'

/** Two transactions want to change the same thing. */
class WriteConflict extends MongoServerFault {
  /** The open transaction that stands in the way; absent where a commit was faster. */
  readonly blocker: Transaction | undefined

  constructor(blocker: Transaction | undefined) {
    super(
      'WriteConflict',
      'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
      { labels: ['TransientTransactionError'] },
    )
    this.blocker = blocker
  }
}

export function writeConflict(blocker?: Transaction): MongoServerFault {
  return new WriteConflict(blocker)
}

export function blockerOf(error: unknown): Transaction | undefined {
  return error instanceof WriteConflict ? error.blocker : undefined
}
