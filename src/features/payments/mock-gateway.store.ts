import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import { Outcome } from './mock-outcomes.ts'

const MockSource = z.object({
  /** The token. */
  _id: z.string(),
  outcome: Outcome,
  expMonth: z.int().optional(),
  expYear: z.int().optional(),
  /** When a token that is not kept is forgotten. */
  expiresAt: z.date().optional(),
})
export type MockSource = z.infer<typeof MockSource>

const MockPayment = z.object({
  /** The authorization's key. */
  _id: z.string(),
  status: z.enum(['trying', 'approved', 'declined', 'voided', 'captured']),
  amount: z.int().min(0),
  currency: z.string(),
  reference: z.string(),
  reason: z.string().optional(),
  /** How often it failed for a moment. */
  failures: z.int().min(0),
  refunded: z.int().min(0),
  refunds: z.array(z.object({ key: z.string(), amount: z.int().min(0) })),
  createdAt: z.date(),
})
export type MockPayment = z.infer<typeof MockPayment>

export const mockSources = defineCollection({
  name: 'mock_gateway_sources',
  schema: MockSource,
  indexes: [{ key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 0 }],
})

/** The mock's own books: what was set aside, taken and given back, whatever the shop remembers. */
export const mockPayments = defineCollection({ name: 'mock_gateway_payments', schema: MockPayment })
