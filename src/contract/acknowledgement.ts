import type { Problem } from './problem.ts'
import type {
  ClientEventName,
  EventAck,
  EventBroadcast,
  EventInput,
  NamespaceName,
  ServerEventName,
} from './sockets.ts'

/** What a client event's callback is called with, after the effect is committed. */
export type Acknowledgement<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly error: Problem }

/** Socket.IO's event map for what a client sends on a namespace. */
export type ClientToServer<N extends NamespaceName> = {
  [E in ClientEventName<N>]: (
    data: EventInput<N, E>,
    acknowledge: (answer: Acknowledgement<EventAck<N, E>>) => void,
  ) => void
}

/** Socket.IO's event map for what the server sends on a namespace. */
export type ServerToClient<N extends NamespaceName> = {
  [E in ServerEventName<N>]: (data: EventBroadcast<N, E>) => void
}
