import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { VerifiedToken } from '../../platform/verified-token.ts'

/** What the transport remembers about a socket. */
export interface SocketData {
  /** Names the handshake in logs. */
  requestId: string
  /** The client's network address. */
  address: string
  /** Undefined on a public namespace when no token was given. */
  token?: VerifiedToken | undefined
}

export type ShopServer = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>
export type ShopSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>

/** The room of all sockets of one user, on every instance. */
export function userRoom(userId: string): string {
  return `user:${userId}`
}

/** The room of all sockets that were opened with tokens of one family. */
export function familyRoom(familyId: string): string {
  return `family:${familyId}`
}
