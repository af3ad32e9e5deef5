import { actorCollections } from './actors/index.ts'
import {
  type AccountNeeds,
  accountRoutes,
  refreshTokensCollection,
  revocationsCollection,
  usersCollection,
} from './features/accounts/index.ts'
import {
  beforeCartChange,
  cartCollections,
  cartEvents,
  cartRoutes,
  keepCartVigil,
  mergeCarts,
  subscribeCartRooms,
} from './features/cart/index.ts'
import { catalogRoutes, productsCollection } from './features/catalog/index.ts'
import {
  checkoutCollections,
  checkoutEvents,
  checkoutRoutes,
  closeCheckoutBeforeCartChange,
  keepCheckoutVigil,
  orderPaidBy,
  resumeAttempt,
  subscribeCheckoutRooms,
} from './features/checkout/index.ts'
import {
  chatEvents,
  conversationCollections,
  conversationRoutes,
  handOverSessions,
} from './features/conversation/index.ts'
import {
  adjustmentsCollection,
  driftsCollection,
  inventoryCollection,
  inventoryEvents,
  inventoryRoutes,
  reservationsCollection,
  sourceCountsCollection,
  waitlistCollection,
} from './features/inventory/index.ts'
import { loyaltyCollections, loyaltyRoutes, tierOf } from './features/loyalty/index.ts'
import { notificationCollections } from './features/notifications/index.ts'
import { orderCollections, orderRoutes, resumeReturnsOf } from './features/orders/index.ts'
import {
  paymentCollections,
  paymentRoutes,
  receiveStripeEvent,
  type StripeReactions,
} from './features/payments/index.ts'
import { profileCollections, profileRoutes } from './features/profiles/index.ts'
import { jobTicks } from './jobs/ticks.ts'
import type { CollectionDeclaration } from './platform/collection.ts'
import type { Context } from './platform/context.ts'
import { idempotencyKeys } from './platform/idempotency.ts'
import { rateLimits } from './platform/limits.ts'
import { outbox } from './platform/outbox.ts'
import { seedMarksCollection } from './seed.ts'
import type { RouteHandlers } from './transport/http/bind.ts'
import type { WebhookReceiver } from './transport/http/webhooks.ts'
import { type SocketHandlers, socketPackets } from './transport/socket/server.ts'
import type { ShopServer } from './transport/socket/shop-socket.ts'

/** Every collection of the shop; each is declared by the room that owns it. */
export const COLLECTIONS: readonly CollectionDeclaration[] = [
  ...actorCollections,
  ...cartCollections,
  ...checkoutCollections,
  ...conversationCollections,
  ...loyaltyCollections,
  ...notificationCollections,
  ...orderCollections,
  ...paymentCollections,
  ...profileCollections,
  adjustmentsCollection,
  driftsCollection,
  idempotencyKeys,
  inventoryCollection,
  jobTicks,
  outbox,
  productsCollection,
  rateLimits,
  refreshTokensCollection,
  reservationsCollection,
  revocationsCollection,
  seedMarksCollection,
  socketPackets,
  sourceCountsCollection,
  usersCollection,
  waitlistCollection,
]

const needsOfAccounts: AccountNeeds = {
  async mergeGuest(ctx, guestId, userId) {
    await mergeCarts(ctx, guestId, userId)
    await handOverSessions(ctx, guestId, userId)
  },
  tierOf,
}

/** What each room does behind the HTTP door. */
export const routes: RouteHandlers = {
  ...accountRoutes(needsOfAccounts),
  ...cartRoutes,
  ...catalogRoutes,
  ...checkoutRoutes,
  ...conversationRoutes,
  ...inventoryRoutes,
  ...loyaltyRoutes,
  ...orderRoutes,
  ...paymentRoutes,
  ...profileRoutes,
}

/** What each room does behind the socket door. */
export const events: SocketHandlers = {
  '/chat': chatEvents,
  '/cart': { ...cartEvents, ...checkoutEvents },
  '/inventory': inventoryEvents,
}

const stripeReactions: StripeReactions = {
  paymentMoved: resumeAttempt,
  async moneyReturned(ctx, key) {
    const orderId = await orderPaidBy(ctx, key)
    if (orderId !== undefined) await resumeReturnsOf(ctx, orderId)
  },
}

/** What other services may post, by the name in the path. */
export const webhooks: Readonly<Record<string, WebhookReceiver>> = {
  stripe: (ctx, body, header) =>
    receiveStripeEvent(ctx, { body, signature: header('Stripe-Signature') }, stripeReactions),
}

beforeCartChange(closeCheckoutBeforeCartChange)

/** Lets each room's news reach the sockets that it concerns, on every instance, until the returned function is called. */
export function subscribeRooms(ctx: Context, io: ShopServer): () => Promise<void> {
  const unsubscribe = [subscribeCartRooms(ctx, io), subscribeCheckoutRooms(ctx, io)]
  const vigils = [keepCartVigil(ctx, io), keepCheckoutVigil(ctx, io)]
  return async () => {
    for (const end of unsubscribe) end()
    await Promise.all(vigils.map((vigil) => vigil.close()))
  }
}
