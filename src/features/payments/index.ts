import { giftCardsCollection } from './gift-cards.store.ts'
import { mockPayments, mockSources } from './mock-gateway.store.ts'
import { cardTokensCollection, paymentMethodsCollection } from './payment-methods.store.ts'
import { stripeEvents } from './stripe-events.store.ts'
import { stripeIntents } from './stripe-intents.store.ts'

export { GATEWAY_CALL_MS } from './answer-within.ts'
export {
  authorizeCharge,
  type ChargeAttempt,
  captureCharge,
  creditCharge,
  debitCharge,
  findAuthorization,
  type RefundOfCharge,
  refundCharge,
  refundsLater,
  voidCharge,
} from './charge.commands.ts'
export { describePayment, resolvePayment, type TypedCard, tokenizeCard } from './charge.ts'
export { chooseGateway, gatewayOf } from './choose-gateway.ts'
export { type Authorization, GatewayError, type PaymentGateway } from './gateway.ts'
export { GIFT_CARD_SEEDS, seedGiftCards } from './gift-card-seeds.ts'
export { defaultPaymentMethod } from './payment-methods.commands.ts'
export { Charge } from './payment-methods.store.ts'
export { paymentRoutes } from './payments.routes.ts'
export { receiveStripeEvent, type SignedMessage, type StripeReactions } from './stripe-events.ts'

/** What the composition root creates at start. */
export const paymentCollections = [
  cardTokensCollection,
  giftCardsCollection,
  mockPayments,
  mockSources,
  paymentMethodsCollection,
  stripeEvents,
  stripeIntents,
]
