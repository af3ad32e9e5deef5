import { describe, expect, it } from 'vitest'
import { AgentEvent } from '../../contract/index.ts'
import { closingEvents } from './closing-events.ts'

const ANSWER = { _id: 'r-answer', text: 'Here you are.' }

/** A run as a device has been told it. */
const told = (...events: Array<Record<string, unknown>>): AgentEvent[] =>
  events.map((event, seq) => AgentEvent.parse({ threadId: 's', runId: 'r', seq, timestamp: 1, ...event }))
const began = { type: 'RUN_STARTED' }
const speaks = { type: 'TEXT_MESSAGE_START', messageId: ANSWER._id, role: 'assistant' }
const says = (delta: string) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: ANSWER._id, delta })
const spoke = { type: 'TEXT_MESSAGE_END', messageId: ANSWER._id }
const calls = { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'view_cart' }
const called = { type: 'TOOL_CALL_END', toolCallId: 'c' }

const LAST = AgentEvent.parse({
  type: 'RUN_FINISHED',
  threadId: 's',
  runId: 'r',
  seq: 24,
  timestamp: 7,
  outcome: { type: 'success' },
})

/** What follows, in short, and whether it is numbered on from what was told, from `from` on. */
function following(events: readonly AgentEvent[], answer?: typeof ANSWER) {
  const closing = closingEvents(events, LAST, answer)
  const from = closing[0]?.seq ?? 0
  expect(closing.map(({ seq }) => seq)).toEqual(closing.map((_, index) => from + index))
  expect(closing.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } })
  return {
    from,
    events: closing.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : event.type)),
  }
}

describe('a run whose events are lost', () => {
  it('is told as a whole to who knows nothing of it', () => {
    expect(following([], ANSWER)).toEqual({
      from: 0,
      events: ['RUN_STARTED', 'TEXT_MESSAGE_START', 'Here you are.', 'TEXT_MESSAGE_END', 'RUN_FINISHED'],
    })
  })

  it('goes on in the middle of the answer', () => {
    expect(following(told(began, speaks, says('Here ')), ANSWER)).toEqual({
      from: 3,
      events: ['you are.', 'TEXT_MESSAGE_END', 'RUN_FINISHED'],
    })
    expect(following(told(began, speaks, says(ANSWER.text)), ANSWER)).toEqual({
      from: 3,
      events: ['TEXT_MESSAGE_END', 'RUN_FINISHED'],
    })
    expect(following(told(began, speaks, says(ANSWER.text), spoke), ANSWER)).toEqual({
      from: 4,
      events: ['RUN_FINISHED'],
    })
  })

  it('takes back an answer that was not the one that is stored', () => {
    for (const earlier of [[says('Sorry')], [says('Here'), spoke]])
      expect(following(told(began, speaks, ...earlier), ANSWER)).toEqual({
        from: 1,
        events: ['TEXT_MESSAGE_START', 'Here you are.', 'TEXT_MESSAGE_END', 'RUN_FINISHED'],
      })
  })

  it('ends what is open, the innermost first', () => {
    const thinks = { type: 'REASONING_START', messageId: 't' }
    const mutters = { type: 'REASONING_MESSAGE_START', messageId: 't', role: 'reasoning' }
    expect(following(told(began, thinks, mutters, calls))).toEqual({
      from: 4,
      events: ['TOOL_CALL_END', 'REASONING_MESSAGE_END', 'REASONING_END', 'RUN_FINISHED'],
    })
    expect(following(told(began, calls, called), ANSWER)).toMatchObject({ from: 3 })
    expect(following(told(began, calls, called)).events).toEqual(['RUN_FINISHED'])
  })

  it('ends an answer that was begun and never stored', () => {
    expect(following(told(began, speaks, says('Here')))).toEqual({
      from: 3,
      events: ['TEXT_MESSAGE_END', 'RUN_FINISHED'],
    })
  })

  it('begins even when it ends at once', () => {
    expect(following([]).events).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
  })
})
