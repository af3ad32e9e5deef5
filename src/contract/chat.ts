import { EventSchema } from '@ag-ui/core/schemas'
import { z } from 'zod'
import { Cart, Checkout } from './cart.ts'
import { Order } from './orders.ts'
import { Id, optional, PageQuery, pageOf, Time, wellFormed } from './primitives.ts'
import { Product } from './products.ts'

export const SessionState = z.enum([
  'idle',
  'thinking',
  'calling_tool',
  'answering',
  'awaiting_confirmation',
  'closed',
])
export type SessionState = z.infer<typeof SessionState>

/** `seq` counts 1, 2, 3 … in each session without gaps. */
export const Message = z
  .object({
    id: Id,
    sessionId: Id,
    seq: z.int().min(1),
    role: z.enum(['customer', 'assistant', 'system']),
    text: z.string(),
    runId: Id.optional(),
    clientMessageId: z.string().optional(),
    products: z.array(Product).optional(),
    cart: Cart.optional(),
    checkout: Checkout.optional(),
    order: Order.optional(),
    createdAt: Time,
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

/** An AG-UI 1.0 event with `runId` and `seq` (from 0, without gaps in each run) on every one. */
export const AgentEvent = z.intersection(EventSchema, z.looseObject({ runId: Id, seq: z.int().min(0) }))
export type AgentEvent = z.infer<typeof AgentEvent>

/** What the agent asks before it spends money. */
export const Interrupt = z
  .looseObject({
    id: Id,
    reason: z.string(),
    message: z.string().optional(),
    toolCallId: z.string().optional(),
    expiresAt: Time.optional(),
    responseSchema: z.record(z.string(), z.unknown()).optional(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Interrupt' })
export type Interrupt = z.infer<typeof Interrupt>

export const OpenSession = z.strictObject({ sessionId: optional(Id), afterSeq: optional(z.int().min(0)) })
export type OpenSession = z.infer<typeof OpenSession>

export const OpenedSession = z.object({
  sessionId: Id,
  state: SessionState,
  lastSeq: z.int().min(0),
  messages: z.array(Message),
  run: z.object({ runId: Id, events: z.array(AgentEvent) }).optional(),
  interrupt: Interrupt.optional(),
})
export type OpenedSession = z.infer<typeof OpenedSession>

export const SendMessage = z.strictObject({
  sessionId: Id,
  clientMessageId: wellFormed(z.string().min(1).max(64)),
  text: wellFormed(z.string().min(1).max(4000)).refine((value) => value.trim() !== '', 'must not be blank'),
})
export type SendMessage = z.infer<typeof SendMessage>
export const SentMessage = z.object({ message: Message, duplicate: z.boolean() })

export const CancelRun = z.strictObject({ sessionId: Id })
export const CancelledRun = z.object({ cancelled: z.boolean() })

export const ResumeRun = z.strictObject({
  sessionId: Id,
  interruptId: Id,
  status: z.enum(['resolved', 'cancelled']),
  payload: optional(z.strictObject({ approved: z.boolean() })),
})
export type ResumeRun = z.infer<typeof ResumeRun>
export const ResumedRun = z.object({ runId: Id })

export const ListHistory = z.strictObject({
  sessionId: Id,
  beforeSeq: optional(z.int().min(1)),
  limit: optional(z.int().min(1).max(100)),
})
export type ListHistory = z.infer<typeof ListHistory>
export const History = z.object({ messages: z.array(Message), hasMore: z.boolean() })

export const CloseSession = z.strictObject({ sessionId: Id })
export const ClosedSession = z.object({ state: z.literal('closed') })

export const MessageNew = z.object({ message: Message })
export const SessionStateChanged = z.object({ sessionId: Id, state: SessionState })

export const Handoff = z
  .object({
    id: Id,
    sessionId: Id,
    reason: z.string(),
    transcript: z.array(z.object({ role: z.string(), text: z.string(), createdAt: Time })),
    status: z.enum(['open', 'closed']),
    createdAt: Time,
  })
  .meta({ id: 'Handoff' })
export type Handoff = z.infer<typeof Handoff>
export const HandoffPage = pageOf(Handoff)
export const HandoffQuery = PageQuery.extend({ status: z.enum(['open', 'closed']).optional() })
export type HandoffQuery = z.infer<typeof HandoffQuery>
