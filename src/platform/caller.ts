import type { Role } from '../contract/index.ts'

/** By which door a command came in; it becomes the `cause` of what changes. */
export type Door = 'rest' | 'socket' | 'agent'

/** On whose behalf a command runs. */
export interface Caller {
  readonly userId: string
  readonly role: Role
  /** Follows the request through logs, problems and the commands it calls. */
  readonly requestId: string
  readonly via: Door
}
