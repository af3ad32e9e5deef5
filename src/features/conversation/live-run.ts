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
  /** The event as it would follow those so far. */
  following(event: UnnumberedEvent): StoredEvent
  /** The events so far and those that would follow, numbered, as an effect remembers them. */
  with(following: readonly UnnumberedEvent[]): StoredEvent[]
}

export interface RunPlace {
  readonly sessionId: string
  readonly runId: string
  /** Of the owner under whom the run goes on. */
  readonly epoch: number
}

/** @param begun the events that an earlier owner of the session has kept; whoever has not heard them is told them now */
export function startLiveRun(
  ctx: Context,
  { sessionId, runId, epoch }: RunPlace,
  begun: readonly StoredEvent[],
): LiveRun {
  const events: AgentEvent[] = []
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
  const add = (event: AgentEvent) => {
    events.push(event)
    ctx.events.publish(agentEventSent, { sessionId, epoch, event, events })
  }
  for (const event of begun) add(AgentEvent.parse(event))
  return {
    runId,
    events,
    cancel: new AbortController(),
    ended,
    end,
    emit: (event) => add(AgentEvent.parse(numbered(event, events.length))),
    following: (event) => numbered(event, events.length),
    with: (following) => [
      ...events.map((event) => ({ ...event })),
      ...following.map((event, index) => numbered(event, events.length + index)),
    ],
  }
}
