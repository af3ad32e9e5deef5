import { AgentEvent } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { agentEventSent } from './conversation.events.ts'
import type { StoredEvent } from './runs.store.ts'
import type { UnnumberedEvent } from './sales-agent.ts'

/** A run under way on this instance: its events so far, and the ways to end it early. */
export interface LiveRun {
  readonly runId: string
  /** In order of `seq`, which counts from 0 without gaps. */
  readonly events: readonly AgentEvent[]
  readonly cancel: AbortController
  /** Resolves to the outcome once the end is committed and told. */
  readonly ended: Promise<string>
  end(outcome: string): void
  emit(event: UnnumberedEvent): void
  /** The events so far and those that would follow, numbered, as an effect remembers them. */
  with(following: readonly UnnumberedEvent[]): StoredEvent[]
}

/** @param begun the events that an earlier owner of the session has sent and kept */
export function startLiveRun(
  ctx: Context,
  sessionId: string,
  runId: string,
  begun: readonly StoredEvent[],
): LiveRun {
  const events: AgentEvent[] = begun.map((event) => AgentEvent.parse(event))
  let end: (outcome: string) => void = () => undefined
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  const numbered = (event: UnnumberedEvent, seq: number) => ({
    ...event,
    threadId: sessionId,
    runId,
    seq,
    timestamp: ctx.clock.now().getTime(),
  })
  return {
    runId,
    events,
    cancel: new AbortController(),
    ended,
    end,
    emit(event) {
      const whole = AgentEvent.parse(numbered(event, events.length))
      events.push(whole)
      ctx.events.publish(agentEventSent, { sessionId, event: whole })
    },
    with: (following) => [
      ...events.map((event) => ({ ...event })),
      ...following.map((event, index) => numbered(event, events.length + index)),
    ],
  }
}
