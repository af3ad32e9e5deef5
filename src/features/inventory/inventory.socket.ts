import type { EventHandlers } from '../../transport/socket/bind.ts'
import { stockSummaries } from './inventory.commands.ts'
import { noteSubscription } from './inventory.feed.ts'
import { ALL_PRODUCTS, productRoom } from './stock-broadcast.ts'
import { waitForStock } from './waitlist.commands.ts'

export const inventoryEvents = {
  'inventory:subscribe': async ({ ctx, payload, socket }) => {
    const rooms = roomsOf(payload.productIds)
    const fresh = rooms.filter((room) => !socket.rooms.has(room))
    // Joined before reading, so that nothing falls between the state and the first update.
    await socket.join(fresh)
    try {
      const items = await stockSummaries(ctx, payload.productIds)
      noteSubscription(ctx, socket.id, items)
      return { items }
    } catch (error) {
      await Promise.all(fresh.map((room) => socket.leave(room)))
      throw error
    }
  },
  'inventory:unsubscribe': async ({ payload, socket }) => {
    const rooms =
      payload.productIds === undefined ? [...socket.rooms].filter(isStockRoom) : roomsOf(payload.productIds)
    await Promise.all(rooms.map((room) => socket.leave(room)))
    return { unsubscribed: true as const }
  },
  'stock:waitlist': ({ ctx, caller, payload }) => waitForStock(ctx, caller, payload),
} satisfies EventHandlers<'/inventory'>

function roomsOf(productIds: readonly string[] | undefined): string[] {
  return productIds === undefined ? [ALL_PRODUCTS] : [...new Set(productIds)].map(productRoom)
}

function isStockRoom(room: string): boolean {
  return room === ALL_PRODUCTS || room.startsWith(productRoom(''))
}
