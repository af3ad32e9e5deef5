import type { z } from 'zod'
import { findActor, restoreSnapshot, SilentPeerError } from '../../actors/index.ts'
import {
  AgentEvent,
  type CancelRun,
  type CloseSession,
  type HandoffQuery,
  type History,
  type ListHistory,
  type OpenedSession,
  type OpenSession,
  type ResumeRun,
  type SendMessage,
  type SentMessage,
} from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import { tokenizeCard } from '../payments/index.ts'
import { maskCards, type TypedCard } from './card-numbers.ts'
import { messageStored, sessionStateChanged } from './conversation.events.ts'
import { handoffView, messageView } from './conversation.view.ts'
import { conversationsOf } from './conversations.ts'
import { pageOfHandoffs } from './handoffs.store.ts'
import { createQueues } from './in-order.ts'
import {
  appendCustomerMessage,
  lastSeq,
  messagesAfter,
  messagesBefore,
  nextWaiting,
} from './messages.store.ts'
import { appendResume, findRun, findRunOfInterrupt, nextResume } from './runs.store.ts'
import { SESSION_ACTOR, type SessionQuestion, type SessionSight } from './session.actor.ts'
import {
  addViewer,
  changeSessionsUser,
  findSession,
  insertSession,
  markClosed,
  type SessionDocument,
} from './sessions.store.ts'

const RECENT = 50
const HISTORY_PAGE = 50
const appends = createQueues()

/** The caller's own session. Throws ShopError `not_found`, also for somebody else's. */
export async function requireSession(
  ctx: Context,
  caller: Caller,
  sessionId: string,
): Promise<SessionDocument> {
  const session = await findSession(ctx, sessionId)
  if (session === null || session.userId !== caller.userId) throw notFound('chat session')
  return session
}

async function requireOpen(ctx: Context, caller: Caller, sessionId: string): Promise<SessionDocument> {
  const session = await requireSession(ctx, caller, sessionId)
  if (session.closedAt !== null) throw new ShopError('session_closed')
  return session
}

/**
 * Opens a new session or comes back to one: the messages after `afterSeq` (or the last 50), and the run under way.
 * @param watch called once the caller may hear what happens in the session, before that is read
 * @throws ShopError `not_found`
 */
export async function openSession(
  ctx: Context,
  caller: Caller,
  input: OpenSession,
  watch: Watch = () => undefined,
): Promise<OpenedSession> {
  if (input.sessionId === undefined) {
    const session = await insertSession(ctx, caller.userId)
    watch(session)
    return { sessionId: session._id, state: 'idle', lastSeq: 0, messages: [] }
  }
  const session = await requireSession(ctx, caller, input.sessionId)
  await startWatching(ctx, session, watch)
  const sight = await look(ctx, session)
  if (sight.run !== undefined) conversationsOf(ctx)?.audience.expectEnd(session._id, sight.run.runId)
  return {
    sessionId: session._id,
    ...(await messagesSoFar(ctx, session._id, input.afterSeq)),
    ...sight,
    state: session.closedAt === null ? sight.state : 'closed',
  }
}

/** Read again when a message was stored or told meanwhile that is not among them, so that none before it is missed. */
async function messagesSoFar(
  ctx: Context,
  sessionId: string,
  afterSeq: number | undefined,
): Promise<Pick<OpenedSession, 'lastSeq' | 'messages'>> {
  const audience = conversationsOf(ctx)?.audience
  for (;;) {
    const found =
      afterSeq === undefined
        ? await messagesBefore(ctx, sessionId, Number.MAX_SAFE_INTEGER, RECENT)
        : await messagesAfter(ctx, sessionId, afterSeq)
    const last = found.at(-1)?.seq ?? (await lastSeq(ctx, sessionId))
    if (found.length === 0 && last > (afterSeq ?? 0)) continue
    if ((audience?.lastTold(sessionId) ?? 0) > last) continue
    for (const { runId, waiting } of found)
      if (waiting === true && runId !== undefined) audience?.expectEnd(sessionId, runId)
    return { lastSeq: last, messages: found.map(messageView) }
  }
}

/** What happens once somebody may hear a session. */
export type Watch = (session: SessionDocument) => void

async function startWatching(ctx: Context, session: SessionDocument, watch: Watch): Promise<void> {
  watch(session)
  const audience = conversationsOf(ctx)?.audience
  const left = await audience?.left(session._id)
  if (left === true || !session.viewers.includes(ctx.instanceId)) await addViewer(ctx, session._id)
}

/** What the owner knows; while there is none, or that one is silent, what the last has left in the database. */
async function look(ctx: Context, session: SessionDocument): Promise<SessionSight> {
  const question: SessionQuestion = { type: 'look' }
  const conversations = conversationsOf(ctx)
  if (conversations === undefined) return { state: 'idle' }
  const { host, agent } = conversations
  try {
    const sight = await host.askAwake(SESSION_ACTOR, session._id, question)
    if (sight !== undefined) return sight as SessionSight
  } catch (error) {
    if (!(error instanceof SilentPeerError)) throw error
  }
  const key = `${SESSION_ACTOR}:${session._id}`
  const stored = await findActor(ctx, key)
  const snapshot = stored === null ? agent.format.initial() : restoreSnapshot(agent.format, key, stored)
  const interrupt = agent.interruptOf(snapshot)
  const run = await storedRun(ctx, session._id, agent.handledSeq(snapshot))
  // an actor sleeps until there is something to do: many only look, and a session costs nothing before its first message
  if (run !== undefined) wake(ctx, session._id)
  return {
    state: run === undefined ? agent.stateOf(snapshot) : 'thinking',
    ...(run === undefined ? {} : { run }),
    ...(interrupt === undefined ? {} : { interrupt }),
  }
}

/** A run that was under way on an instance that is silent now: whoever takes it up goes on after these events. */
async function storedRun(ctx: Context, sessionId: string, handledSeq: number): Promise<SessionSight['run']> {
  const runId =
    (await nextResume(ctx, sessionId))?._id ?? (await nextWaiting(ctx, sessionId, handledSeq))?.runId
  if (runId === undefined) return undefined
  const stored = await findRun(ctx, runId)
  return { runId, events: (stored?.events ?? []).map((event) => AgentEvent.parse(event)) }
}

/**
 * Stores a customer's message, card numbers masked; its answer is made apart from it. The same `clientMessageId` again
 * changes nothing and gives the first message. `watch` as at `openSession`.
 * @throws ShopError `not_found`, `session_closed`
 */
export async function sendMessage(
  ctx: Context,
  caller: Caller,
  input: SendMessage,
  watch: Watch = () => undefined,
): Promise<z.output<typeof SentMessage>> {
  const { sessionId, clientMessageId } = input
  const sent = await appends.run(sessionId, async () => {
    await startWatching(ctx, await requireOpen(ctx, caller, sessionId), watch)
    const { text, cards } = maskCards(input.text)
    const cardToken = await tokenOf(ctx, caller, cards[0])
    return appendCustomerMessage(ctx, {
      _id: ctx.ids.next(),
      sessionId,
      role: 'customer',
      text,
      runId: ctx.ids.next(),
      requestId: caller.requestId,
      clientMessageId,
      ...(cardToken === undefined ? {} : { cardToken }),
      waiting: true,
      createdAt: ctx.clock.now(),
    })
  })
  const message = messageView(sent.message)
  if (!sent.duplicate) ctx.events.publish(messageStored, { sessionId, message })
  if (!sent.duplicate || sent.message.waiting === true) wake(ctx, sessionId)
  return { message, duplicate: sent.duplicate }
}

async function tokenOf(
  ctx: Context,
  caller: Caller,
  card: TypedCard | undefined,
): Promise<string | undefined> {
  return card === undefined ? undefined : (await tokenizeCard(ctx, caller.userId, card)).token
}

/**
 * Ends the run under way, or the next one when it has not begun. Resolves once its end is stored.
 * @throws ShopError `not_found`, `session_closed`, `unavailable` when its owner does not answer
 */
export async function cancelRun(
  ctx: Context,
  caller: Caller,
  { sessionId }: z.output<typeof CancelRun>,
): Promise<{ cancelled: boolean }> {
  await requireOpen(ctx, caller, sessionId)
  return { cancelled: await cancelAt(ctx, sessionId) }
}

async function cancelAt(ctx: Context, sessionId: string): Promise<boolean> {
  const question: SessionQuestion = { type: 'cancel' }
  try {
    const answer = await conversationsOf(ctx)?.host.ask(SESSION_ACTOR, sessionId, question)
    return (answer as { cancelled: boolean } | undefined)?.cancelled === true
  } catch (error) {
    if (error instanceof SilentPeerError)
      throw new ShopError('unavailable', undefined, { retryAfter: 5 }, { cause: error })
    throw error
  }
}

/**
 * Answers an open confirmation; a new run tells what came of it. The second time it gives the first answer's run.
 * @throws ShopError `not_found` for a confirmation that was not asked last, `session_closed`
 */
export async function resumeRun(ctx: Context, caller: Caller, input: ResumeRun): Promise<{ runId: string }> {
  const { sessionId, interruptId } = input
  await requireOpen(ctx, caller, sessionId)
  const earlier = await findRunOfInterrupt(ctx, sessionId, interruptId)
  if (earlier !== null) return { runId: earlier._id }
  if (!(await isAsked(ctx, sessionId, interruptId))) {
    const answered = await findRunOfInterrupt(ctx, sessionId, interruptId)
    if (answered !== null) return { runId: answered._id }
    throw notFound('open confirmation')
  }
  const approved = input.status === 'resolved' && input.payload?.approved !== false
  const runId = await appendResume(ctx, {
    sessionId,
    interruptId,
    approved,
    requestId: caller.requestId,
  })
  wake(ctx, sessionId)
  return { runId }
}

async function isAsked(ctx: Context, sessionId: string, interruptId: string): Promise<boolean> {
  const key = `${SESSION_ACTOR}:${sessionId}`
  const stored = await findActor(ctx, key)
  const agent = conversationsOf(ctx)?.agent
  if (stored === null || agent === undefined) return false
  return agent.knowsInterrupt(restoreSnapshot(agent.format, key, stored), interruptId)
}

/** Messages before `beforeSeq` (default: the end), oldest first. Throws ShopError `not_found`. */
export async function listHistory(
  ctx: Context,
  caller: Caller,
  input: z.output<typeof ListHistory>,
): Promise<z.output<typeof History>> {
  await requireSession(ctx, caller, input.sessionId)
  const limit = input.limit ?? HISTORY_PAGE
  const found = await messagesBefore(
    ctx,
    input.sessionId,
    input.beforeSeq ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  )
  const hasMore = found.length > limit
  return { messages: found.slice(hasMore ? 1 : 0).map(messageView), hasMore }
}

/** Ends a session for good; it can still be read. What was not answered yet is cancelled. Throws ShopError `not_found`. */
export async function closeSession(
  ctx: Context,
  caller: Caller,
  { sessionId }: z.output<typeof CloseSession>,
): Promise<{ state: 'closed' }> {
  await requireSession(ctx, caller, sessionId)
  if (await markClosed(ctx, sessionId)) {
    ctx.events.publish(sessionStateChanged, { sessionId, state: 'closed' })
    void cancelAt(ctx, sessionId).catch((error: unknown) => report(ctx, sessionId, error))
    wake(ctx, sessionId)
  }
  return { state: 'closed' }
}

/** A guest has become a user: her sessions are that user's now. */
export async function handOverSessions(ctx: Context, guestId: string, userId: string): Promise<void> {
  await changeSessionsUser(ctx, guestId, userId)
}

/** The queue of conversations that want a human, newest first. */
export async function listHandoffs(ctx: Context, query: HandoffQuery) {
  const page = await pageOfHandoffs(ctx, query)
  return { ...page, items: page.items.map(handoffView) }
}

function wake(ctx: Context, sessionId: string): void {
  conversationsOf(ctx)
    ?.host.wake(SESSION_ACTOR, sessionId)
    .catch((error: unknown) => report(ctx, sessionId, error))
}

/** The mailbox is stored: whatever kept the owner from hearing of it, the next sweep finds it. */
function report(ctx: Context, sessionId: string, error: unknown): void {
  if (error instanceof SilentPeerError) return
  ctx.log.warn({ err: error, sessionId }, 'the owner of a chat session could not be told')
}
