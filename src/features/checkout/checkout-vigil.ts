import { z } from 'zod'
import { CheckoutChanged, CheckoutState } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { type BroadcastVigil, keepBroadcastVigil } from '../../transport/socket/broadcast-vigil.ts'
import type { ShopServer } from '../../transport/socket/shop-socket.ts'
import { getOrder } from '../orders/index.ts'
import { checkoutMove } from './checkout.events.ts'
import { type CheckoutDocument, checkoutsCollection, type Failure, loadCheckout } from './checkout.store.ts'

const Change = z.object({
  documentKey: z.object({ _id: z.string() }),
  fullDocument: z.object({ userId: z.string(), state: CheckoutState }).nullish(),
})
const Told = CheckoutChanged.pick({ checkoutId: true, state: true })

/** Sees to it that a user's devices hear what became of each checkout, though the broadcast of it is lost. */
export function keepCheckoutVigil(ctx: Context, io: ShopServer): BroadcastVigil {
  return keepBroadcastVigil<CheckoutChanged>(ctx, io, {
    namespace: '/cart',
    event: 'checkout:state',
    collection: checkoutsCollection.name,
    fullDocument: 'updateLookup',
    project: { 'fullDocument.userId': 1, 'fullDocument.state': 1 },
    changed(change) {
      const { documentKey, fullDocument } = Change.parse(change)
      if (fullDocument === undefined || fullDocument === null) return undefined
      return { key: documentKey._id, userId: fullDocument.userId, mark: fullDocument.state }
    },
    told(payload) {
      const told = Told.safeParse(payload)
      return told.success ? { key: told.data.checkoutId, mark: told.data.state } : undefined
    },
    keysOf: () => [],
    async load(id) {
      const checkout = await loadCheckout(ctx, id)
      if (checkout === null) return undefined
      const { state, order } = checkout
      const failure = failureBehind(checkout)
      const { userId, ...move } = checkoutMove(ctx, checkout, {
        ...(state === 'completed' && order !== undefined
          ? { order: await getOrder(ctx, checkout, order.id) }
          : {}),
        ...(failure === undefined ? {} : { failure }),
      })
      return move
    },
  })
}

/** The failure that has brought the checkout into its state; none when the customer has ended it. */
function failureBehind({ state, attempts }: CheckoutDocument): Failure | undefined {
  const last = attempts.at(-1)
  const ended = state === 'cancelled' || state === 'expired'
  return state === 'declined' || (ended && last?.state !== 'declined') ? last?.failure : undefined
}
