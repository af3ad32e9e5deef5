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
import { createHeldBack } from './held-back.ts'
import { messagesAfter } from './messages.store.ts'
import { keepRunVigil } from './run-vigil.ts'
import type { SessionDocument } from './sessions.store.ts'
import { createToldMessages } from './told-messages.ts'
import { createToldRuns, type ToldRuns } from './told-runs.ts'
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
/** A run that has ended can be told for so long to an instance of whose sockets its owner hears only then. */
const TOLD_AGAIN_MS = 10_000
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

/** A run on its owner, while it goes on and for a while after. */
interface OwnRun extends Pick<SentEvent, 'epoch' | 'events'> {
  /** The number of its answer, once that is stored. */
  answerSeq?: number
  /** Of the session, as it was told last. */
  state?: SessionState
}

/** What one socket knows of one session. */
interface Told {
  readonly runs: ToldRuns
  /** The number of the last message it was given when it opened the session; 0 before. */
  givenUpTo: number
}

const ROOM_PREFIX = 'session:'

/** The room of a session's sockets. */
export function sessionRoom(sessionId: string): string {
  return `${ROOM_PREFIX}${sessionId}`
}

/** The session whose room this is; undefined for any other room. */
export function sessionOfRoom(room: string): string | undefined {
  return room.startsWith(ROOM_PREFIX) ? room.slice(ROOM_PREFIX.length) : undefined
}

export function createAudience(ctx: Context, io: ShopServer, peers: Peers): Audience {
  const chat = io.of('/chat')
  const toldSockets = new WeakMap<ShopSocket, Map<string, Told>>()
  const held = createHeldBack()
  /** The runs of this instance, for others that come to hear them in the middle or learn late that they should. */
  const ownRuns = new Map<string, OwnRun>()

  const socketsOf = (sessionId: string) =>
    [...(chat.adapter.rooms.get(sessionRoom(sessionId)) ?? [])].flatMap((id) => chat.sockets.get(id) ?? [])
  const sessionsHere = () => [...chat.adapter.rooms.keys()].flatMap((room) => sessionOfRoom(room) ?? [])
  const hasSockets = (sessionId: string) => (chat.adapter.rooms.get(sessionRoom(sessionId))?.size ?? 0) > 0
  const stateHere = (sessionId: string, state: SessionState) => {
    for (const socket of socketsOf(sessionId))
      held.inTurn(socket, sessionId, () => socket.emit('session:state', { sessionId, state }))
  }
  const toldOf = (socket: ShopSocket, sessionId: string): Told => {
    const sessions = toldSockets.get(socket) ?? new Map<string, Told>()
    toldSockets.set(socket, sessions)
    const told = sessions.get(sessionId) ?? { runs: createToldRuns(), givenUpTo: 0 }
    sessions.set(sessionId, told)
    return told
  }
  /** Whoever came with or after a run's answer has no use for how it came about. */
  const cameLater = ({ runs, givenUpTo }: Told, runId: string, answerSeq: number | undefined) =>
    answerSeq !== undefined && answerSeq <= givenUpTo && !runs.knows(runId)
  const messages = createToldMessages({
    async read(sessionId, afterSeq) {
      return (await messagesAfter(ctx, sessionId, afterSeq)).map(messageView)
    },
    emit(sessionId, message) {
      for (const socket of socketsOf(sessionId))
        held.inTurn(socket, sessionId, () => {
          if (message.seq > toldOf(socket, sessionId).givenUpTo) socket.emit('message:new', { message })
        })
      if (message.role === 'customer' && message.runId !== undefined) vigil.expect(sessionId, message.runId)
    },
    hasSockets,
    failed: (sessionId, error) =>
      ctx.log.warn({ err: error, sessionId }, 'messages of another instance could not be read yet'),
  })
  const tellRun = (viewer: string, sessionId: string) => {
    const run = ownRuns.get(sessionId)
    if (run !== undefined) peers.tell(viewer, TOPIC.run, { sessionId, ...run })
  }
  const viewers = createViewers(ctx, peers, {
    hasSockets,
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
    { epoch, answerSeq }: Pick<OwnRun, 'epoch' | 'answerSeq'>,
    event: AgentEvent,
    again: (runs: ToldRuns) => AgentEvent[],
  ) => {
    for (const socket of socketsOf(sessionId)) {
      held.inTurn(socket, sessionId, () => {
        const told = toldOf(socket, sessionId)
        if (cameLater(told, event.runId, answerSeq)) return
        const { runs } = told
        const lacked = runs.lacks(event.runId)
        const news = runs.take(event, epoch)
        if (!lacked && runs.lacks(event.runId)) news.push(...again(runs))
        for (const next of news) emitRun(socket, sessionId, next)
      })
    }
  }
  const vigil = keepRunVigil(ctx, {
    hasSockets,
    missed({ sessionId, events, outcome }, answer) {
      messages.catchUp(sessionId)
      const last = events.at(-1)
      if (last === undefined) return
      const end = AgentEvent.parse(last)
      messages.inTurn(sessionId, () => {
        for (const socket of socketsOf(sessionId))
          held.inTurn(socket, sessionId, () => {
            const told = toldOf(socket, sessionId)
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
    if (hasSockets(sessionId)) messages.tell(sessionId, message)
  })
  peers.on(TOPIC.exists, (body) => {
    const { sessionId, seq } = Existing.parse(body)
    messages.exists(sessionId, seq)
  })
  peers.on(TOPIC.run, (body, from) => {
    const { sessionId, epoch, events, answerSeq, state } = RelayedRun.parse(body)
    if (!hasSockets(sessionId)) return
    if (answerSeq !== undefined) messages.exists(sessionId, answerSeq)
    const again = () => {
      peers.tell(from, TOPIC.again, { sessionId })
      return []
    }
    messages.inTurn(sessionId, () => {
      for (const event of events)
        runHere(sessionId, { epoch, ...(answerSeq === undefined ? {} : { answerSeq }) }, event, again)
      if (state !== undefined) stateHere(sessionId, state)
    })
  })
  peers.on(TOPIC.again, (body, from) => tellRun(from, Again.parse(body).sessionId))

  return {
    hasSockets,
    users: () => [...new Set([...chat.sockets.values()].flatMap(({ data }) => data.token?.userId ?? []))],
    sendMessage(sessionId, message) {
      const run = ownRuns.get(sessionId)
      if (run !== undefined && message.role === 'assistant' && run.events[0]?.runId === message.runId)
        run.answerSeq = message.seq
      if (hasSockets(sessionId)) messages.tell(sessionId, message)
      relay(sessionId, TOPIC.message, { message })
    },
    sendRun({ sessionId, epoch, event, events }) {
      if (ownRuns.get(sessionId)?.events !== events) ownRuns.set(sessionId, { epoch, events })
      const again = (runs: ToldRuns) => events.flatMap((earlier) => runs.take(earlier, epoch))
      messages.inTurn(sessionId, () => runHere(sessionId, { epoch }, event, again))
      relay(sessionId, TOPIC.run, { epoch, events: [event] })
    },
    sendState(sessionId, state) {
      const run = ownRuns.get(sessionId)
      if (run !== undefined) run.state = state
      messages.inTurn(sessionId, () => stateHere(sessionId, state))
      relay(sessionId, TOPIC.state, { state })
    },
    async heardElsewhere(sessionId) {
      if (viewers.elsewhere(sessionId)) await peers.flushed()
    },
    runLeft(sessionId) {
      const run = ownRuns.get(sessionId)
      const forget = () => {
        if (ownRuns.get(sessionId) === run) ownRuns.delete(sessionId)
      }
      setTimeout(forget, TOLD_AGAIN_MS).unref()
    },
    join: viewers.join,
    expectEnd: vigil.expect,
    holdBack(socket, sessionId) {
      const release = held.hold(socket, sessionId)
      return (opened) => {
        if (opened !== undefined) {
          const told = toldOf(socket, sessionId)
          messages.given(sessionId, opened.lastSeq)
          told.givenUpTo = opened.lastSeq
          if (opened.run !== undefined) told.runs.given(opened.run.runId, opened.run.events)
        }
        // the acknowledgement is on its way before what follows it
        setImmediate(release)
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
      for (const sessionId of sessionsHere()) messages.catchUp(sessionId)
    },
    lookForEnds: vigil.look,
    close: vigil.close,
  }
}
