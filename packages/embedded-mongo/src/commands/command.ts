import type { Doc } from '../bson/document.ts'
import type { Reply } from '../wire/reply.ts'
import type { CommandContext } from './context.ts'

/** One command of the server. */
export interface Command {
  readonly name: string
  readonly aliases?: readonly string[]
  /** The fields that it takes beside its own name and the generic ones; null takes any. */
  readonly fields: ReadonlySet<string> | null
  /** May run within a multi-document transaction. */
  readonly inTransaction?: boolean
  /** Its writes are remembered by session and transaction number, and run once. */
  readonly retryable?: boolean
  readonly adminOnly?: boolean
  /** Takes a write concern. */
  readonly writes?: boolean
  run(context: CommandContext): Reply | Promise<Reply>
}

/** An answer that has nothing to say but `ok`. */
export function done(): Doc {
  return new Map()
}
