import { z } from 'zod'
import { Cart, type CartChanged } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { type BroadcastVigil, keepBroadcastVigil } from '../../transport/socket/broadcast-vigil.ts'
import type { ShopServer } from '../../transport/socket/shop-socket.ts'
import { loadCartFacts } from './cart.facts.ts'
import { cartsCollection, loadCart } from './cart.store.ts'
import { quote } from './cart.view.ts'

const Change = z.object({
  documentKey: z.object({ _id: z.string() }),
  fullDocument: z.object({ version: z.int() }).optional(),
  updateDescription: z.object({ updatedFields: z.object({ version: z.int().optional() }) }).optional(),
})
const Told = z.object({ cart: Cart.pick({ version: true }) })

/** Sees to it that a user's devices hear of each cart that is stored, though its broadcast is lost. */
export function keepCartVigil(ctx: Context, io: ShopServer): BroadcastVigil {
  return keepBroadcastVigil<CartChanged>(ctx, io, {
    namespace: '/cart',
    event: 'cart:changed',
    collection: cartsCollection.name,
    project: { 'fullDocument.version': 1, 'updateDescription.updatedFields.version': 1 },
    changed(change) {
      const { documentKey, fullDocument, updateDescription } = Change.parse(change)
      const mark = fullDocument?.version ?? updateDescription?.updatedFields.version
      return mark === undefined ? undefined : { key: documentKey._id, userId: documentKey._id, mark }
    },
    told(payload, userId) {
      const told = Told.safeParse(payload)
      return told.success ? { key: userId, mark: told.data.cart.version } : undefined
    },
    keysOf: (userId) => [userId],
    async load(userId) {
      const document = await loadCart(ctx, userId)
      const { cart } = quote(document, await loadCartFacts(ctx, document))
      return document.cause === undefined ? undefined : { cart, cause: document.cause }
    },
  })
}
