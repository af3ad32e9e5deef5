import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { Cart, Checkout, Order, Product } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'
import { createQueues } from './in-order.ts'

const MessageDocument = z.object({
  _id: z.string(),
  sessionId: z.string(),
  seq: z.int().min(1),
  role: z.enum(['customer', 'assistant', 'system']),
  text: z.string(),
  runId: z.string().optional(),
  /** On a customer's message: the request that brought it, for the log of its run. */
  requestId: z.string().optional(),
  clientMessageId: z.string().optional(),
  /** Stands for a card that was typed in the message and masked. */
  cardToken: z.string().optional(),
  /** On a customer's message that no run has answered yet: it is in the mailbox. */
  waiting: z.literal(true).optional(),
  products: z.array(Product).optional(),
  cart: Cart.optional(),
  checkout: Checkout.optional(),
  order: Order.optional(),
  createdAt: z.date(),
})
export type MessageDocument = z.infer<typeof MessageDocument>

export const messagesCollection = defineCollection({
  name: 'chat_messages',
  schema: MessageDocument,
  indexes: [
    { key: { sessionId: 1, seq: 1 }, unique: true },
    {
      key: { sessionId: 1, clientMessageId: 1 },
      unique: true,
      partialFilterExpression: { clientMessageId: { $exists: true } },
    },
    { key: { waiting: 1, createdAt: 1 }, partialFilterExpression: { waiting: true } },
  ],
})

/** A transaction cannot go on after it has met a message with the same number: it is run again with the next. */
export class SeqTakenError extends Error {
  constructor() {
    super('another message took this place in the session')
    this.name = 'SeqTakenError'
  }
}

const HINTS = 50_000
/** The last number that this process has seen of each session, which saves a query for nearly every message. */
const lastSeqs = new Map<string, number>()

function remember(sessionId: string, seq: number): void {
  if (seq <= (lastSeqs.get(sessionId) ?? 0)) return
  lastSeqs.delete(sessionId)
  lastSeqs.set(sessionId, seq)
  const [oldest] = lastSeqs.keys()
  if (lastSeqs.size > HINTS && oldest !== undefined) lastSeqs.delete(oldest)
}

/** The number of the session's last message, 0 when it is empty. */
export async function lastSeq(ctx: Context, sessionId: string): Promise<number> {
  const last = await messagesCollection
    .in(ctx.db)
    .findOne({ sessionId }, { sort: { seq: -1 }, projection: { seq: 1 } })
  const seq = last?.seq ?? 0
  remember(sessionId, seq)
  return seq
}

/** Longer than storing a message takes, shorter than anybody would notice. */
const TURN_MS = 250
const turns = createQueues({ patienceMs: TURN_MS })

/**
 * Lets what stores messages of a session go one after another on this instance, as two at once would want the same
 * number and one of them be tried again. Nobody waits long for another: the database decides in any case.
 */
export function inSeqTurn<T>(
  { instanceId }: Pick<Context, 'instanceId'>,
  sessionId: string,
  store: () => Promise<T>,
): Promise<T> {
  return turns.run(`${instanceId}:${sessionId}`, store)
}

type NewMessage = Omit<MessageDocument, 'seq'>

/**
 * Stores a customer's message under the next number. When the session has one with its `clientMessageId`, that one is
 * given back.
 */
export async function appendCustomerMessage(
  ctx: Context,
  message: NewMessage & { clientMessageId: string },
): Promise<{ message: MessageDocument; duplicate: boolean }> {
  return inSeqTurn(ctx, message.sessionId, () => append(ctx, message))
}

async function append(
  ctx: Context,
  message: NewMessage & { clientMessageId: string },
): Promise<{ message: MessageDocument; duplicate: boolean }> {
  const { sessionId, clientMessageId } = message
  let seq = (lastSeqs.get(sessionId) ?? (await lastSeq(ctx, sessionId))) + 1
  for (;;) {
    try {
      const stored = { ...message, seq }
      await messagesCollection.in(ctx.db).insertOne(stored)
      remember(sessionId, seq)
      return { message: stored, duplicate: false }
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      const first = await findByClientId(ctx, sessionId, clientMessageId)
      if (first !== null) return { message: first, duplicate: true }
      seq = (await lastSeq(ctx, sessionId)) + 1
    }
  }
}

/** Stores what the agent says without being asked; false when it has said that before. */
export async function appendUnasked(ctx: Context, message: NewMessage): Promise<MessageDocument | null> {
  const { sessionId } = message
  let seq = (lastSeqs.get(sessionId) ?? (await lastSeq(ctx, sessionId))) + 1
  for (;;) {
    try {
      const stored = { ...message, seq }
      await messagesCollection.in(ctx.db).insertOne(stored)
      remember(sessionId, seq)
      return stored
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      if ((await findMessage(ctx, message._id)) !== null) return null
      seq = (await lastSeq(ctx, sessionId)) + 1
    }
  }
}

/** The number that the next message of the session will most likely have. */
export async function nextSeq(ctx: Context, sessionId: string): Promise<number> {
  return (lastSeqs.get(sessionId) ?? (await lastSeq(ctx, sessionId))) + 1
}

/**
 * Stores the agent's message within the transaction that ends its run.
 * @throws SeqTakenError when a customer's message was quicker
 */
export async function insertMessage(
  ctx: Context,
  message: MessageDocument,
  session: ClientSession,
): Promise<void> {
  try {
    await messagesCollection.in(ctx.db).insertOne(message, { session })
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    lastSeqs.delete(message.sessionId)
    throw new SeqTakenError()
  }
}

export function noteStored({ sessionId, seq }: MessageDocument): void {
  remember(sessionId, seq)
}

export async function findMessage(ctx: Context, id: string): Promise<MessageDocument | null> {
  return messagesCollection.parseOrNull(await messagesCollection.in(ctx.db).findOne({ _id: id }))
}

export async function findByClientId(
  ctx: Context,
  sessionId: string,
  clientMessageId: string,
): Promise<MessageDocument | null> {
  return messagesCollection.parseOrNull(
    await messagesCollection.in(ctx.db).findOne({ sessionId, clientMessageId }),
  )
}

/** The id of a run's answer. */
export function answerIdOf(runId: string): string {
  return `${runId}-answer`
}

/** The answers of those of these runs that have one, by run. */
export async function answersOf(
  ctx: Context,
  runIds: readonly string[],
): Promise<Map<string, MessageDocument>> {
  if (runIds.length === 0) return new Map()
  const found = await messagesCollection
    .in(ctx.db)
    .find({ _id: { $in: runIds.map(answerIdOf) } })
    .toArray()
  const answers = found.map((document) => messagesCollection.parse(document))
  return new Map(answers.map((answer) => [answer.runId ?? '', answer]))
}

/** The oldest message of the session that no run has answered. */
export async function nextWaiting(
  ctx: Context,
  sessionId: string,
  afterSeq: number,
): Promise<MessageDocument | null> {
  return messagesCollection.parseOrNull(
    await messagesCollection
      .in(ctx.db)
      .findOne({ sessionId, seq: { $gt: afterSeq }, waiting: true }, { sort: { seq: 1 } }),
  )
}

/** Takes a message out of the mailbox, within the transaction that ends its run. */
export async function markAnswered(ctx: Context, id: string, session: ClientSession): Promise<void> {
  await messagesCollection.in(ctx.db).updateOne({ _id: id }, { $unset: { waiting: '' } }, { session })
}

/** Sessions with a message that has waited since before `before`. */
export async function sessionsWaiting(ctx: Context, before: Date, limit: number): Promise<string[]> {
  const waiting = await messagesCollection
    .in(ctx.db)
    .find({ waiting: true, createdAt: { $lte: before } }, { projection: { sessionId: 1 } })
    .sort({ createdAt: 1 })
    .limit(limit)
    .toArray()
  return [...new Set(waiting.map(({ sessionId }) => sessionId))]
}

/** Messages after `afterSeq`, oldest first. */
export async function messagesAfter(
  ctx: Context,
  sessionId: string,
  afterSeq: number,
): Promise<MessageDocument[]> {
  const found = await messagesCollection
    .in(ctx.db)
    .find({ sessionId, seq: { $gt: afterSeq } })
    .sort({ seq: 1 })
    .toArray()
  return found.map((document) => messagesCollection.parse(document))
}

/** The last `limit` messages before `beforeSeq`, oldest first. */
export async function messagesBefore(
  ctx: Context,
  sessionId: string,
  beforeSeq: number,
  limit: number,
): Promise<MessageDocument[]> {
  const found = await messagesCollection
    .in(ctx.db)
    .find({ sessionId, seq: { $lt: beforeSeq } })
    .sort({ seq: -1 })
    .limit(limit)
    .toArray()
  return found.reverse().map((document) => messagesCollection.parse(document))
}

/** When something was last said in the session. */
export async function lastMessageAt(ctx: Context, sessionId: string): Promise<Date | undefined> {
  const last = await messagesCollection
    .in(ctx.db)
    .findOne({ sessionId }, { sort: { seq: -1 }, projection: { createdAt: 1 } })
  return last?.createdAt
}
