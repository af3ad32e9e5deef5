import type { ClientSession } from 'mongodb'
import type { Context } from './context.ts'

/**
 * Runs `work` in one transaction with majority durability; the driver repeats it on transient conflicts, so it
 * must have no effect outside the session. Returns what `work` returned on the try that was committed.
 */
export async function inTransaction<T>(
  ctx: Pick<Context, 'client'>,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  return ctx.client.withSession((session) =>
    session.withTransaction(() => work(session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    }),
  )
}

/** Whether the driver reports a breach of a unique index. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11000
}

/** Runs an upsert that may meet its twin on another instance: whose insert came second has nothing left to do. */
export async function ignoringDuplicate(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}
