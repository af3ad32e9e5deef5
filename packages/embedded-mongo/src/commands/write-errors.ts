import { Int32 } from 'bson'
import { toValue } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { ERROR_CODES, MongoServerFault } from '../errors.ts'
import { asFault } from './fault-reply.ts'

const MOST_STATEMENTS = 100_000

/**
 * Runs the statements of one write command, each by itself: one that fails is reported under its index, and ends
 * the command where it is ordered or in a transaction.
 */
export function runStatements(
  count: number,
  options: { readonly ordered: boolean; readonly inTransaction: boolean },
  run: (index: number) => void,
): Doc[] {
  const errors: Doc[] = []
  for (let index = 0; index < count; index += 1) {
    try {
      run(index)
    } catch (error) {
      const fault = asFault(error)
      if (endsCommand(fault)) throw error
      errors.push(writeError(index, fault))
      if (options.ordered || options.inTransaction) break
    }
  }
  return errors
}

/** Conflicts must reach whoever runs the write again; our own failures are none of the statement. */
export function endsCommand(fault: MongoServerFault): boolean {
  return (
    fault.code === ERROR_CODES.WriteConflict ||
    fault.code === ERROR_CODES.InternalError ||
    fault.code === ERROR_CODES.NoSuchTransaction ||
    fault.code === ERROR_CODES.MaxTimeMSExpired ||
    fault.code === ERROR_CODES.CommandNotSupportedOnView
  )
}

function writeError(index: number, fault: MongoServerFault): Doc {
  const error = new Map<string, Value>([
    ['index', new Int32(index)],
    ['code', new Int32(fault.code)],
  ])
  for (const [name, value] of Object.entries(fault.details)) error.set(name, toValue(value))
  error.set('errmsg', fault.message)
  return error
}

/** @throws MongoServerFault for a command without statements, or with too many */
export function checkBatchSize(count: number): void {
  if (count >= 1 && count <= MOST_STATEMENTS) return
  throw new MongoServerFault(
    'InvalidLength',
    `Write batch sizes must be between 1 and ${MOST_STATEMENTS}. Got ${count} operations.`,
  )
}
