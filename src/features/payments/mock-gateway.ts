import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'
import { cardBrand } from './card-brand.ts'
import {
  type Authorization,
  type AuthorizationRequest,
  GatewayError,
  type PaymentGateway,
} from './gateway.ts'
import { type MockPayment, type MockSource, mockPayments, mockSources } from './mock-gateway.store.ts'
import { hasExpired, outcomeFor } from './mock-outcomes.ts'

const TOKEN_KEPT_MS = 60 * 60_000
const FALTERS = 2

/**
 * A payment service for development, tests and demos that decides by its input and keeps its books in collections of
 * its own, so that it remembers what the shop may have forgotten in a crash. No card number is written anywhere.
 */
export function createMockGateway(ctx: Context): PaymentGateway {
  const payments = mockPayments.in(ctx.db)
  const sources = mockSources.in(ctx.db)
  const load = async (key: string) => mockPayments.parseOrNull(await payments.findOne({ _id: key }))

  return {
    async tokenize(source, { keep }) {
      const token = `tok_${ctx.ids.next()}`
      const { expMonth, expYear } = source.kind === 'card' ? source : {}
      const document: MockSource = {
        _id: token,
        outcome: outcomeFor(source),
        ...(expMonth === undefined ? {} : { expMonth }),
        ...(expYear === undefined ? {} : { expYear }),
        ...(keep ? {} : { expiresAt: after(ctx.clock, TOKEN_KEPT_MS) }),
      }
      await sources.insertOne(document)
      if (source.kind === 'upi') return { token, brand: 'upi' }
      return { token, brand: cardBrand(source.number), last4: source.number.slice(-4) }
    },

    async forget(token) {
      await sources.deleteOne({ _id: token })
    },

    async authorize(request, signal) {
      const source = mockSources.parseOrNull(await sources.findOne({ _id: request.token }))
      if (source?.outcome.type === 'silence') return never(signal)
      await open(ctx, request)
      const payment = await load(request.key)
      if (payment?.status !== 'trying') return answerOf(payment)
      if (source?.outcome.type === 'falter' && payment.failures < FALTERS) {
        await payments.updateOne({ _id: request.key }, { $inc: { failures: 1 } })
        throw new GatewayError('the gateway is busy')
      }
      const reason = declineReason(source, ctx.clock.now())
      await payments.updateOne(
        { _id: request.key, status: 'trying' },
        { $set: reason === undefined ? { status: 'approved' } : { status: 'declined', reason } },
      )
      return answerOf(await load(request.key))
    },

    async find(key) {
      const payment = await load(key)
      if (payment === null || payment.status === 'trying' || payment.status === 'voided') return null
      return answerOf(payment)
    },

    async capture(key) {
      const { matchedCount } = await payments.updateOne(
        { _id: key, status: { $in: ['approved', 'captured'] } },
        { $set: { status: 'captured' } },
      )
      if (matchedCount === 0) throw new Error(`authorization ${key} cannot be captured`)
    },

    async void(key) {
      await open(ctx, { key, amount: 0, currency: ctx.config.currency })
      await payments.updateOne(
        { _id: key, status: { $in: ['trying', 'approved'] } },
        { $set: { status: 'voided' } },
      )
    },

    async refund({ key, authorizationKey, amount }) {
      const { matchedCount } = await payments.updateOne(
        {
          _id: authorizationKey,
          status: 'captured',
          'refunds.key': { $ne: key },
          $expr: { $lte: [{ $add: ['$refunded', amount] }, '$amount'] },
        },
        { $inc: { refunded: amount }, $push: { refunds: { key, amount } } },
      )
      if (matchedCount === 1) return
      const payment = await load(authorizationKey)
      if (payment?.refunds.some((refund) => refund.key === key) === true) return
      throw new Error(`refund ${key} is more than was captured`)
    },
  }
}

async function open(
  ctx: Context,
  { key, amount, currency }: Pick<AuthorizationRequest, 'key' | 'amount' | 'currency'>,
): Promise<void> {
  const fresh: Omit<MockPayment, '_id'> = {
    status: 'trying',
    amount,
    currency,
    reference: `pay_${ctx.ids.next()}`,
    failures: 0,
    refunded: 0,
    refunds: [],
    createdAt: ctx.clock.now(),
  }
  await ignoringDuplicate(
    mockPayments.in(ctx.db).updateOne({ _id: key }, { $setOnInsert: fresh }, { upsert: true }),
  )
}

function answerOf(payment: MockPayment | null): Authorization {
  if (payment?.status === 'approved' || payment?.status === 'captured') {
    return { status: 'approved', reference: payment.reference }
  }
  return { status: 'declined', reason: payment?.reason ?? 'voided' }
}

function declineReason(source: MockSource | null, now: Date): string | undefined {
  if (source === null) return 'invalid_token'
  if (source.outcome.type === 'decline') return source.outcome.reason
  return hasExpired(source, now) ? 'expired_card' : undefined
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = () => reject(new GatewayError('no answer', { cause: signal.reason }))
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  })
}
