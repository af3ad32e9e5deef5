import type { OpenedSession } from '../../contract/index.ts'
import type { ShopServer, ShopSocket } from '../../transport/socket/shop-socket.ts'
import { createHeldBack } from './held-back.ts'
import { createToldRuns, type ToldRuns } from './told-runs.ts'

/** What one socket knows of one session. */
export interface Told {
  readonly runs: ToldRuns
  /** The number of the last message that there was when it opened the session; 0 before. */
  readonly givenUpTo: number
}

/** This instance's sockets in the sessions, and what each of them knows. */
export interface SessionSockets {
  has(sessionId: string): boolean
  /** The sessions that have some. */
  sessions(): string[]
  /** The users who have some. */
  users(): string[]
  /** Does something for each of the session's sockets, now or when it has been given what it waits for. */
  each(sessionId: string, act: (socket: ShopSocket, told: Told) => void): void
  /**
   * Keeps back what is done for a socket that is opening the session, until the returned function is called: then it
   * follows, the socket being given the session as it was opened.
   */
  holdBack(socket: ShopSocket, sessionId: string): (opened?: OpenedSession) => void
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

/** Whoever came with or after a run's answer has no use for how it came about. */
export function cameLater({ runs, givenUpTo }: Told, runId: string, answerSeq: number | undefined): boolean {
  return answerSeq !== undefined && answerSeq <= givenUpTo && !runs.knows(runId)
}

export function createSessionSockets(io: ShopServer): SessionSockets {
  const chat = io.of('/chat')
  const held = createHeldBack()
  const knowing = new WeakMap<ShopSocket, Map<string, { runs: ToldRuns; givenUpTo: number }>>()

  const socketsOf = (sessionId: string) =>
    [...(chat.adapter.rooms.get(sessionRoom(sessionId)) ?? [])].flatMap((id) => chat.sockets.get(id) ?? [])
  const toldOf = (socket: ShopSocket, sessionId: string) => {
    const sessions = knowing.get(socket) ?? new Map<string, { runs: ToldRuns; givenUpTo: number }>()
    knowing.set(socket, sessions)
    const told = sessions.get(sessionId) ?? { runs: createToldRuns(), givenUpTo: 0 }
    sessions.set(sessionId, told)
    return told
  }
  return {
    has: (sessionId) => (chat.adapter.rooms.get(sessionRoom(sessionId))?.size ?? 0) > 0,
    sessions: () => [...chat.adapter.rooms.keys()].flatMap((room) => sessionOfRoom(room) ?? []),
    users: () => [...new Set([...chat.sockets.values()].flatMap(({ data }) => data.token?.userId ?? []))],
    each(sessionId, act) {
      for (const socket of socketsOf(sessionId))
        held.inTurn(socket, sessionId, () => act(socket, toldOf(socket, sessionId)))
    },
    holdBack(socket, sessionId) {
      const release = held.hold(socket, sessionId)
      return (opened) => {
        if (opened !== undefined) {
          const told = toldOf(socket, sessionId)
          told.givenUpTo = opened.lastSeq
          if (opened.run !== undefined) told.runs.given(opened.run.runId, opened.run.events)
        }
        // the acknowledgement is on its way before what follows it
        setImmediate(release)
      }
    },
  }
}
