import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'

export const RunOutcome = z.enum(['success', 'interrupt', 'cancelled', 'error'])
export type RunOutcome = z.infer<typeof RunOutcome>

const StoredEvent = z.looseObject({ type: z.string(), runId: z.string(), seq: z.int().min(0) })
export type StoredEvent = z.infer<typeof StoredEvent>

const StoredResult = z.looseObject({ callId: z.string() })
export type StoredResult = z.infer<typeof StoredResult>

const RunDocument = z.object({
  _id: z.string(),
  sessionId: z.string(),
  /** A run without a document has left no mark yet. */
  state: z.enum(['running', 'ended']),
  /** On the answer to a confirmation that has not been dealt with: it is in the mailbox. */
  waiting: z.literal(true).optional(),
  /** The confirmation that this run answers; one run for each. */
  interruptId: z.string().optional(),
  /** The customer's answer to the confirmation, where a button gave it. */
  approved: z.boolean().optional(),
  /** On the answer to a confirmation: the request that brought it, for the log. */
  requestId: z.string().optional(),
  /** The owner's epoch at the last mark; an older owner is refused. */
  epoch: z.int().min(0),
  /** The outcomes of the tools up to the last effect, which do not run again. */
  results: z.array(StoredResult),
  /** The events up to the last effect, after which whoever takes the run over goes on; of an ended run its last alone. */
  events: z.array(StoredEvent),
  outcome: RunOutcome.optional(),
  createdAt: z.date(),
  endedAt: z.date().optional(),
})
export type RunDocument = z.infer<typeof RunDocument>

export const runsCollection = defineCollection({
  name: 'chat_runs',
  schema: RunDocument,
  indexes: [
    { key: { sessionId: 1, createdAt: 1 } },
    {
      key: { sessionId: 1, interruptId: 1 },
      unique: true,
      partialFilterExpression: { interruptId: { $exists: true } },
    },
    { key: { waiting: 1, sessionId: 1, createdAt: 1 }, partialFilterExpression: { waiting: true } },
  ],
})

export async function findRun(ctx: Context, runId: string): Promise<RunDocument | null> {
  return runsCollection.parseOrNull(await runsCollection.in(ctx.db).findOne({ _id: runId }))
}

/** Those of these runs that have ended. */
export async function endedRuns(ctx: Context, runIds: readonly string[]): Promise<RunDocument[]> {
  const found = await runsCollection
    .in(ctx.db)
    .find({ _id: { $in: [...runIds] }, state: 'ended' })
    .toArray()
  return found.map((document) => runsCollection.parse(document))
}

export async function findRunOfInterrupt(
  ctx: Context,
  sessionId: string,
  interruptId: string,
): Promise<RunDocument | null> {
  return runsCollection.parseOrNull(await runsCollection.in(ctx.db).findOne({ sessionId, interruptId }))
}

/** Puts the answer to a confirmation into the mailbox; gives the id of the run that answers it, this or an earlier one. */
export async function appendResume(
  ctx: Context,
  resume: { sessionId: string; interruptId: string; approved: boolean; requestId: string },
): Promise<string> {
  const runId = ctx.ids.next()
  try {
    await runsCollection.in(ctx.db).insertOne({
      _id: runId,
      ...resume,
      state: 'running',
      waiting: true,
      epoch: 0,
      results: [],
      events: [],
      createdAt: ctx.clock.now(),
    })
    return runId
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    return (await findRunOfInterrupt(ctx, resume.sessionId, resume.interruptId))?._id ?? runId
  }
}

export async function nextResume(ctx: Context, sessionId: string): Promise<RunDocument | null> {
  return runsCollection.parseOrNull(
    await runsCollection.in(ctx.db).findOne({ sessionId, waiting: true }, { sort: { createdAt: 1 } }),
  )
}

export async function sessionsWithResumes(ctx: Context, before: Date, limit: number): Promise<string[]> {
  const waiting = await runsCollection
    .in(ctx.db)
    .find({ waiting: true, createdAt: { $lte: before } }, { projection: { sessionId: 1 } })
    .limit(limit)
    .toArray()
  return [...new Set(waiting.map(({ sessionId }) => sessionId))]
}

/** An earlier or a later owner of the session has already written what this one was about to. */
export class RunTakenError extends Error {
  constructor(runId: string) {
    super(`the run ${runId} was written by another owner of its session`)
    this.name = 'RunTakenError'
  }
}

interface Mark {
  readonly runId: string
  readonly sessionId: string
  readonly epoch: number
}

/**
 * Binds a confirmation to the run that answers it; false when another run does.
 * @throws RunTakenError when a newer owner has the run
 */
export async function claimInterrupt(ctx: Context, mark: Mark, interruptId: string): Promise<boolean> {
  try {
    await writeMark(ctx, mark, { $set: { interruptId } }, {}, undefined)
    return true
  } catch (error) {
    if (!(error instanceof RunTakenError)) throw error
    const other = await findRunOfInterrupt(ctx, mark.sessionId, interruptId)
    if (other !== null && other._id !== mark.runId) return false
    throw error
  }
}

/**
 * Remembers a tool's effect, best within the transaction that makes it, so that it happens once.
 * @throws RunTakenError when it is remembered already, or a newer owner has the run
 */
export async function recordEffect(
  ctx: Context,
  mark: Mark,
  effect: { callId: string; results: readonly StoredResult[]; events: readonly StoredEvent[] },
  session: ClientSession | undefined,
): Promise<void> {
  const change = { $set: { results: [...effect.results], events: [...effect.events] } }
  await writeMark(ctx, mark, change, { 'results.callId': { $ne: effect.callId } }, session)
}

async function writeMark(
  ctx: Context,
  { runId, sessionId, epoch }: Mark,
  change: { $set: Partial<RunDocument> },
  condition: Record<string, unknown>,
  session: ClientSession | undefined,
): Promise<void> {
  const inserted: Partial<RunDocument> = {
    sessionId,
    createdAt: ctx.clock.now(),
    ...('events' in change.$set ? {} : { results: [], events: [] }),
  }
  try {
    await runsCollection
      .in(ctx.db)
      .updateOne(
        { _id: runId, epoch: { $lte: epoch }, state: { $ne: 'ended' }, ...condition },
        { $set: { ...change.$set, epoch, state: 'running' }, $setOnInsert: inserted },
        { upsert: true, ...(session === undefined ? {} : { session }) },
      )
  } catch (error) {
    if (isDuplicateKey(error)) throw new RunTakenError(runId)
    throw error
  }
}

/**
 * Ends a run within the transaction that saves its session.
 * @throws RunTakenError when it has ended already
 */
export async function endRun(
  ctx: Context,
  { runId, sessionId, epoch }: Mark,
  { outcome, last }: { readonly outcome: RunOutcome; readonly last: StoredEvent },
  session: ClientSession,
): Promise<void> {
  const now = ctx.clock.now()
  try {
    await runsCollection.in(ctx.db).updateOne(
      { _id: runId, state: { $ne: 'ended' } },
      {
        $set: { state: 'ended', outcome, endedAt: now, epoch, results: [], events: [last] },
        $unset: { waiting: '' },
        $setOnInsert: { sessionId, createdAt: now },
      },
      { upsert: true, session },
    )
  } catch (error) {
    if (isDuplicateKey(error)) throw new RunTakenError(runId)
    throw error
  }
}
