import type { Message, SessionState } from '../../contract/index.ts'
import type { SentEvent } from './conversation.events.ts'

/** A run as its owner tells it. */
export interface OwnRun extends Pick<SentEvent, 'epoch' | 'events'> {
  /** The number of its answer, once that is stored. */
  readonly answerSeq?: number
  /** Of the session, as it was told last. */
  readonly state?: SessionState
}

/** The last run of each session on this instance, while it goes on and for a while after. */
export interface OwnRuns {
  get(sessionId: string): OwnRun | undefined
  wentOn(sent: SentEvent): void
  answered(sessionId: string, message: Message): void
  stateChanged(sessionId: string, state: SessionState): void
  /** The session's run does not go on here any more. */
  left(sessionId: string): void
}

/** A run that has ended can be told for so long to an instance of whose sockets its owner hears only then. */
const KEPT_MS = 10_000

export function createOwnRuns(): OwnRuns {
  const runs = new Map<string, OwnRun & { answerSeq?: number; state?: SessionState }>()
  return {
    get: (sessionId) => runs.get(sessionId),
    wentOn({ sessionId, epoch, events }) {
      if (runs.get(sessionId)?.events !== events) runs.set(sessionId, { epoch, events })
    },
    answered(sessionId, { role, runId, seq }) {
      const run = runs.get(sessionId)
      if (run !== undefined && role === 'assistant' && run.events[0]?.runId === runId) run.answerSeq = seq
    },
    stateChanged(sessionId, state) {
      const run = runs.get(sessionId)
      if (run !== undefined) run.state = state
    },
    left(sessionId) {
      const run = runs.get(sessionId)
      const forget = () => {
        if (runs.get(sessionId) === run) runs.delete(sessionId)
      }
      setTimeout(forget, KEPT_MS).unref()
    },
  }
}
