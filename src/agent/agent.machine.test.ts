import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { agentFormat, agentMachine, type Confirmation } from './agent.machine.ts'
import { NO_EVIDENCE } from './grounding/evidence.ts'

const confirmation: Confirmation = {
  interruptId: 'i',
  runId: 'r',
  toolCallId: 'r:pay',
  callId: 'pay',
  tool: 'place_order',
  args: { checkoutId: 'c' },
  hash: 'h',
  metadata: {},
  question: 'Shall I?',
  expiresAt: '2026-01-01T00:00:00.000Z',
  lapsed: false,
}

function started(stored: unknown = agentFormat.initial()) {
  const actor = createActor(agentMachine, { snapshot: { ...agentFormat.parse(stored) } as never })
  actor.start()
  return actor
}

/** As the database would give it back. */
const persisted = (actor: ReturnType<typeof started>): unknown =>
  JSON.parse(JSON.stringify(actor.getPersistedSnapshot()))

describe('the agent', () => {
  it('comes back to rest after a run and keeps what it noted', () => {
    const actor = started()
    actor.send({ type: 'asked', seq: 3 })
    actor.send({ type: 'called' })
    expect(actor.getSnapshot().value).toBe('calling_tool')
    actor.send({ type: 'returned' })
    actor.send({ type: 'speaking' })
    actor.send({ type: 'answered', memory: { focus: 'hat' }, evidence: NO_EVIDENCE })
    const again = agentFormat.parse(persisted(actor))
    expect(again).toMatchObject({
      value: 'idle',
      context: { handledSeq: 3, memory: { focus: 'hat' }, confirmation: null },
    })
    expect(started(again).getSnapshot().value).toBe('idle')
  })

  it('waits for a confirmation, through other questions, until it is settled or lapses', () => {
    const actor = started()
    actor.send({ type: 'asked', seq: 1 })
    actor.send({ type: 'called' })
    actor.send({ type: 'speaking' })
    actor.send({ type: 'confirming', confirmation, memory: {}, evidence: NO_EVIDENCE })
    expect(actor.getSnapshot().value).toBe('awaiting_confirmation')
    actor.send({ type: 'asked', seq: 3 })
    actor.send({ type: 'speaking' })
    actor.send({ type: 'answered', memory: {}, evidence: NO_EVIDENCE })
    const waiting = persisted(actor)
    expect(actor.getSnapshot().value).toBe('awaiting_confirmation')
    actor.send({ type: 'asked', seq: 5 })
    actor.send({ type: 'settled' })
    actor.send({ type: 'stopped' })
    expect(actor.getSnapshot().value).toBe('idle')
    const other = started(waiting)
    other.send({ type: 'lapsed' })
    expect(other.getSnapshot().value).toBe('idle')
    expect(other.getSnapshot().context.confirmation?.lapsed).toBe(true)
  })

  it('takes up a state that was stored before it kept evidence', () => {
    const { evidence: _, ...context } = agentFormat.initial().context
    expect(agentFormat.parse({ ...agentFormat.initial(), context }).context.evidence).toEqual(NO_EVIDENCE)
  })

  it('refuses a stored state that is not its own', () => {
    expect(() => agentFormat.parse({ ...agentFormat.initial(), value: 'dancing' })).toThrow()
    expect(() => agentFormat.parse({ ...agentFormat.initial(), context: {} })).toThrow()
  })
})
