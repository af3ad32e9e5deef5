import { z } from 'zod'
import type { Peers } from '../../actors/index.ts'
import {
  AgentEvent,
  Message,
  type OpenedSession,
  SessionState,
  SessionStateChanged,
} from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import type { ShopServer, ShopSocket } from '../../transport/socket/shop-socket.ts'
import type { SentEvent } from './conversation.events.ts'
import { messageView } from './conversation.view.ts'
import { messagesAfter } from './messages.store.ts'
import { createOwnRuns } from './own-runs.ts'
import { keepRunVigil } from './run-vigil.ts'
import { cameLater, createSessionSockets } from './session-sockets.ts'
import type { SessionDocument } from './sessions.store.ts'
import { createToldMessages } from './told-messages.ts'
import type { ToldRuns } from './told-runs.ts'
import { createViewers } from './viewers.ts'

/** Who hears what happens in a session: this instance's sockets, and those of the instances that have some too. */
export interface Audience {
  /** These send to the session's sockets. They write nothing while all of them are on this instance. */
  sendMessage(sessionId: string, message: Message): void
  sendRun(sent: SentEvent): void
  sendState(sessionId: string, state: SessionState): void
  /** Resolves when what was sent reaches the session's sockets on other instances, whatever happens to this one. */
  heardElsewhere(sessionId: string): Promise<void>
  /** The run of the session does not go on here any more. */
  runLeft(sessionId: string): void
  /** This instance has a socket in the session now. */
  join(session: SessionDocument): void
  /** The session's sockets here wait for the end of this run, whoever tells it. */
  expectEnd(sessionId: string, runId: string): void
  /**
   * Keeps back what would be sent to a socket that is opening the session, until the returned function is called: then it
   * follows, but for what the socket was given by then.
   */
  holdBack(socket: ShopSocket, sessionId: string): (opened?: OpenedSession) => void
  /** The number of the last message that this instance's sockets were told. */
  lastTold(sessionId: string): number
  /** Notes which other instances have sockets in the session. */
  learn(session: SessionDocument): void
  /** The last socket of this instance has left the session. */
  leave(sessionId: string): void
  /** Resolves once the database knows that this instance had left the session; false when it had not. */
  left(sessionId: string): Promise<boolean>
  hasSockets(sessionId: string): boolean
  /** The users whose sockets are on this instance. */
  users(): string[]
  /** Tells this instance's sockets what is stored and what they have missed, as nobody else will. */
  catchUp(): void
  /** One look for the ends of runs that nobody has told, for those that do not wait for the next. */
  lookForEnds(): Promise<void>
  close(): void
}

const TOPIC = {
  state: 'chat:state',
  message: 'chat:message',
  exists: 'chat:exists',
  run: 'chat:run',
  again: 'chat:again',
}
const RelayedMessage = z.object({ sessionId: z.string(), message: Message })
const Existing = z.object({ sessionId: z.string(), seq: z.int() })
const Again = z.object({ sessionId: z.string() })
const RelayedRun = z.object({
  sessionId: z.string(),
  epoch: z.int(),
  events: z.array(AgentEvent),
  answerSeq: z.int().optional(),
  state: SessionState.optional(),
})

export function createAudience(ctx: Context, io: ShopServer, peers: Peers, lookMs?: number): Audience {
  const sockets = createSessionSockets(io)
  const ownRuns = createOwnRuns()

  const stateHere = (sessionId: string, state: SessionState) =>
    sockets.each(sessionId, (socket) => socket.emit('session:state', { sessionId, state }))
  const messages = createToldMessages({
    async read(sessionId, afterSeq) {
      return (await messagesAfter(ctx, sessionId, afterSeq)).map(messageView)
    },
    emit(sessionId, message) {
      sockets.each(sessionId, (socket, { givenUpTo }) => {
        if (message.seq > givenUpTo) socket.emit('message:new', { message })
      })
      if (message.role === 'customer' && message.runId !== undefined) vigil.expect(sessionId, message.runId)
    },
    hasSockets: sockets.has,
    failed: (sessionId, error) =>
      ctx.log.warn({ err: error, sessionId }, 'messages of another instance could not be read yet'),
  })
  const tellRun = (viewer: string, sessionId: string) => {
    const run = ownRuns.get(sessionId)
    if (run !== undefined) peers.tell(viewer, TOPIC.run, { sessionId, ...run })
  }
  const viewers = createViewers(ctx, peers, {
    hasSockets: sockets.has,
    arrived(sessionId, viewer) {
      tellRun(viewer, sessionId)
      const seq = messages.last(sessionId)
      if (seq !== undefined) peers.tell(viewer, TOPIC.exists, { sessionId, seq })
    },
  })
  const emitRun = (socket: ShopSocket, sessionId: string, event: AgentEvent) => {
    socket.emit('agent:event', event)
    vigil.heard(sessionId, event)
  }
  /** @param again what is done when those before it have not come */
  const runHere = (
    sessionId: string,
    { epoch, answerSeq }: { readonly epoch: number; readonly answerSeq?: number | undefined },
    event: AgentEvent,
    again: (runs: ToldRuns) => AgentEvent[],
  ) =>
    sockets.each(sessionId, (socket, told) => {
      if (cameLater(told, event.runId, answerSeq)) return
      const { runs } = told
      const lacked = runs.lacks(event.runId)
      const news = runs.take(event, epoch)
      if (!lacked && runs.lacks(event.runId)) news.push(...again(runs))
      for (const next of news) emitRun(socket, sessionId, next)
    })
  const vigil = keepRunVigil(ctx, {
    lookMs,
    hasSockets: sockets.has,
    missed({ sessionId, events, outcome }, answer) {
      messages.catchUp(sessionId)
      const last = events.at(-1)
      if (last === undefined) return
      const end = AgentEvent.parse(last)
      messages.inTurn(sessionId, () => {
        sockets.each(sessionId, (socket, told) => {
          if (cameLater(told, end.runId, answer?.seq)) return
          for (const event of told.runs.end(end, answer)) emitRun(socket, sessionId, event)
        })
        // of a run after this one more is known where it goes on
        if (!vigil.awaits(sessionId))
          stateHere(sessionId, outcome === 'interrupt' ? 'awaiting_confirmation' : 'idle')
      })
    },
  })
  const relay = (sessionId: string, topic: string, body: object) => {
    if (viewers.elsewhere(sessionId)) peers.tell('*', topic, { sessionId, ...body })
  }

  peers.on(TOPIC.state, (body) => {
    const { sessionId, state } = SessionStateChanged.parse(body)
    messages.inTurn(sessionId, () => stateHere(sessionId, state))
  })
  peers.on(TOPIC.message, (body) => {
    const { sessionId, message } = RelayedMessage.parse(body)
    if (sockets.has(sessionId)) messages.tell(sessionId, message)
  })
  peers.on(TOPIC.exists, (body) => {
    const { sessionId, seq } = Existing.parse(body)
    messages.exists(sessionId, seq)
  })
  peers.on(TOPIC.run, (body, from) => {
    const { sessionId, events, answerSeq, state, epoch } = RelayedRun.parse(body)
    if (!sockets.has(sessionId)) return
    if (answerSeq !== undefined) messages.exists(sessionId, answerSeq)
    const again = () => {
      peers.tell(from, TOPIC.again, { sessionId })
      return []
    }
    messages.inTurn(sessionId, () => {
      for (const event of events) runHere(sessionId, { epoch, answerSeq }, event, again)
      if (state !== undefined) stateHere(sessionId, state)
    })
  })
  peers.on(TOPIC.again, (body, from) => tellRun(from, Again.parse(body).sessionId))

  return {
    hasSockets: sockets.has,
    users: sockets.users,
    sendMessage(sessionId, message) {
      ownRuns.answered(sessionId, message)
      if (sockets.has(sessionId)) messages.tell(sessionId, message)
      relay(sessionId, TOPIC.message, { message })
    },
    sendRun(sent) {
      const { sessionId, epoch, event, events } = sent
      ownRuns.wentOn(sent)
      const again = (runs: ToldRuns) => events.flatMap((earlier) => runs.take(earlier, epoch))
      messages.inTurn(sessionId, () => runHere(sessionId, { epoch }, event, again))
      relay(sessionId, TOPIC.run, { epoch, events: [event] })
    },
    sendState(sessionId, state) {
      ownRuns.stateChanged(sessionId, state)
      messages.inTurn(sessionId, () => stateHere(sessionId, state))
      relay(sessionId, TOPIC.state, { state })
    },
    async heardElsewhere(sessionId) {
      if (viewers.elsewhere(sessionId)) await peers.flushed()
    },
    runLeft: ownRuns.left,
    join: viewers.join,
    expectEnd: vigil.expect,
    holdBack(socket, sessionId) {
      const release = sockets.holdBack(socket, sessionId)
      return (opened) => {
        if (opened !== undefined) messages.given(sessionId, opened.lastSeq)
        release(opened)
      }
    },
    lastTold: (sessionId) => messages.last(sessionId) ?? 0,
    learn: viewers.learn,
    leave(sessionId) {
      messages.forget(sessionId)
      viewers.leave(sessionId)
    },
    left: viewers.left,
    catchUp() {
      for (const sessionId of sockets.sessions()) messages.catchUp(sessionId)
    },
    lookForEnds: vigil.look,
    close: vigil.close,
  }
}
