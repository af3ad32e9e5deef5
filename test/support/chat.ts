import { EventSchema } from '@ag-ui/core/schemas'
import { expect } from 'vitest'
import type { AgentEvent, Message, OpenedSession } from '../../src/contract/index.ts'
import type { Client } from './client.ts'

/** A chat session as one device sees it. */
export interface Chat {
  readonly sessionId: string
  readonly opened: OpenedSession
  readonly client: Client<'/chat'>
  /** Sends a message and returns it once it is acknowledged. */
  say(text: string, clientMessageId?: string): Promise<Message>
  /** The events of a run once it has ended, checked: whole, in order, ended once. */
  run(runId: string): Promise<AgentEvent[]>
  /** Sends a message and waits for the end of its run. */
  ask(text: string): Promise<{ message: Message; events: AgentEvent[]; answer: Message | undefined }>
  /** The stored answer of a run that has one. */
  answerOf(runId: string): Promise<Message>
}

let messages = 0

function nextMessageId(): string {
  messages += 1
  return `message-${messages}`
}

export async function openChat(
  client: Client<'/chat'>,
  sessionId?: string,
  afterSeq?: number,
): Promise<Chat> {
  const opened = await client.send('session:open', { sessionId, afterSeq })
  const id = opened.sessionId
  const isEnd = (event: AgentEvent) => event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR'
  const chat: Chat = {
    sessionId: id,
    opened,
    client,
    async say(text, clientMessageId = nextMessageId()) {
      return (await client.send('message:send', { sessionId: id, clientMessageId, text })).message
    },
    async run(runId) {
      await client.waitFor('agent:event', (event) => event.runId === runId && isEnd(event))
      const events = client.received('agent:event').filter((event) => event.runId === runId)
      checkRun(id, events)
      return events
    },
    async ask(text) {
      const message = await chat.say(text)
      const events = await chat.run(message.runId ?? '')
      const answer = client
        .received('message:new')
        .find(({ message: said }) => said.role === 'assistant' && said.runId === message.runId)
      return { message, events, answer: answer?.message }
    },
    async answerOf(runId) {
      const { message } = await client.waitFor(
        'message:new',
        ({ message: said }) => said.role === 'assistant' && said.runId === runId,
      )
      return message
    },
  }
  return chat
}

/** What holds for the events of every run that has ended. */
export function checkRun(sessionId: string, events: readonly AgentEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index))
  expect(events[0]?.type).toBe('RUN_STARTED')
  expect(events.filter(({ type }) => type === 'RUN_FINISHED' || type === 'RUN_ERROR')).toHaveLength(1)
  expect(['RUN_FINISHED', 'RUN_ERROR']).toContain(events.at(-1)?.type)
  for (const event of events) {
    EventSchema.parse(event)
    expect(event).toMatchObject({ threadId: sessionId })
  }
}

/** The text that the pieces of a run's answer make. */
export function spoken(events: readonly AgentEvent[]): string {
  return events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('')
}

export function typesOf(events: readonly AgentEvent[]): string[] {
  return events.map(({ type }) => type)
}

/** The outcome of a run that finished. */
export function outcomeOf(events: readonly AgentEvent[]): {
  type: string
  interrupts?: Array<Record<string, unknown>>
} {
  const last = events.at(-1)
  return last?.type === 'RUN_FINISHED' ? (last.outcome as { type: string }) : { type: 'error' }
}
