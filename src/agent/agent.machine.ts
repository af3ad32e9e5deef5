import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { SnapshotFormat } from '../actors/index.ts'
import { SessionState } from '../contract/index.ts'
import { type DialogueMemory, TOOL_NAMES } from './brain.ts'
import { Evidence, NO_EVIDENCE } from './grounding/evidence.ts'

/** What the customer was shown before a tool that spends money, and what runs if she agrees. */
export const Confirmation = z.object({
  interruptId: z.string(),
  /** The run that asked. */
  runId: z.string(),
  toolCallId: z.string(),
  callId: z.string(),
  tool: z.enum(TOOL_NAMES),
  args: z.record(z.string(), z.unknown()),
  /** Over all that must still be the same. */
  hash: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  question: z.string(),
  expiresAt: z.iso.datetime(),
  lapsed: z.boolean(),
})
export type Confirmation = z.infer<typeof Confirmation>

const AgentContext = z.object({
  /** The number of the last message that was dealt with. */
  handledSeq: z.int().min(0),
  memory: z.record(z.string(), z.unknown()),
  confirmation: Confirmation.nullable(),
  /** What answers may claim, because a tool of the session has told it. */
  evidence: Evidence.default(NO_EVIDENCE),
})
export type AgentContext = z.infer<typeof AgentContext>

type AgentMachineEvent =
  | { type: 'asked'; seq: number | undefined }
  | { type: 'called' }
  | { type: 'returned' }
  | { type: 'speaking' }
  | { type: 'settled' }
  | { type: 'answered'; memory: DialogueMemory; evidence: Evidence }
  | { type: 'confirming'; confirmation: Confirmation; memory: DialogueMemory; evidence: Evidence }
  | { type: 'stopped' }
  | { type: 'lapsed' }

const rest = [{ guard: 'confirmationOpen', target: 'awaiting_confirmation' }, { target: 'idle' }] as const

/**
 * The salesperson. A run starts from one of the two states of rest and comes back to one; what it does in between is done
 * by the driver, which tells the machine, so that a restored snapshot never starts anything by itself.
 */
export const agentMachine = setup({
  types: { context: {} as AgentContext, events: {} as AgentMachineEvent },
  guards: {
    confirmationOpen: ({ context }) => context.confirmation !== null && !context.confirmation.lapsed,
  },
  actions: {
    noteMessage: assign({
      handledSeq: ({ context, event }) =>
        event.type === 'asked' ? (event.seq ?? context.handledSeq) : context.handledSeq,
    }),
    forgetConfirmation: assign({ confirmation: null }),
    keepMemory: assign({
      memory: ({ context, event }) =>
        event.type === 'answered' || event.type === 'confirming' ? { ...event.memory } : context.memory,
    }),
    keepEvidence: assign({
      evidence: ({ context, event }) =>
        event.type === 'answered' || event.type === 'confirming' ? event.evidence : context.evidence,
    }),
    keepConfirmation: assign({
      confirmation: ({ context, event }) =>
        event.type === 'confirming' ? event.confirmation : context.confirmation,
    }),
    lapseConfirmation: assign({
      confirmation: ({ context }) =>
        context.confirmation === null ? null : { ...context.confirmation, lapsed: true },
    }),
  },
}).createMachine({
  id: 'agent',
  initial: 'idle',
  context: { handledSeq: 0, memory: {}, confirmation: null, evidence: NO_EVIDENCE },
  on: { settled: { actions: 'forgetConfirmation' } },
  states: {
    idle: { on: { asked: { target: 'thinking', actions: 'noteMessage' } } },
    awaiting_confirmation: {
      on: {
        asked: { target: 'thinking', actions: 'noteMessage' },
        lapsed: { target: 'idle', actions: 'lapseConfirmation' },
      },
    },
    thinking: { on: { called: 'calling_tool', speaking: 'answering', stopped: [...rest] } },
    calling_tool: { on: { returned: 'thinking', speaking: 'answering', stopped: [...rest] } },
    answering: {
      on: {
        answered: [
          {
            guard: 'confirmationOpen',
            target: 'awaiting_confirmation',
            actions: ['keepMemory', 'keepEvidence'],
          },
          { target: 'idle', actions: ['keepMemory', 'keepEvidence'] },
        ],
        confirming: {
          target: 'awaiting_confirmation',
          actions: ['keepMemory', 'keepEvidence', 'keepConfirmation'],
        },
        stopped: [...rest],
      },
    },
  },
})

const AgentSnapshot = z.looseObject({
  status: z.literal('active'),
  value: SessionState.exclude(['closed']),
  context: AgentContext,
})
export type AgentSnapshot = z.infer<typeof AgentSnapshot>

/** How the machine's snapshots are kept; XState itself checks nothing of what it is given back. */
export const agentFormat = {
  version: 1,
  initial: () => ({
    status: 'active' as const,
    value: 'idle' as const,
    context: { handledSeq: 0, memory: {}, confirmation: null, evidence: NO_EVIDENCE },
    historyValue: {},
    children: {},
  }),
  parse: (stored) => AgentSnapshot.parse(stored),
  migrations: {},
} satisfies SnapshotFormat<AgentSnapshot>
