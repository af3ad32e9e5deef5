import type { ChangeStreamDocument } from 'mongodb'
import type { StockSummary } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { type FeedState, watchCollection } from '../../platform/watch-collection.ts'
import { type ShopServer, userRoom } from '../../transport/socket/shop-socket.ts'
import { balance, concernsStock } from './direct-edit.ts'
import { stockMoved } from './inventory.events.ts'
import { totalAvailable } from './inventory.rules.ts'
import {
  InventoryDocument,
  inventoryCollection,
  loadInventory,
  saveInventory,
  streamInventories,
} from './inventory.store.ts'
import { stockView } from './inventory.view.ts'
import { createStockBroadcast } from './stock-broadcast.ts'
import { nextRevision } from './stock-change.ts'
import { announceBack, announceMissed, waitingEnded } from './waitlist.commands.ts'

export interface InventoryFeed {
  state(): FeedState
  /** Resolves when the feed has opened for the first time. */
  readonly opened: Promise<void>
  close(): Promise<void>
}

interface Seen {
  readonly revision: number
  readonly soldOut: ReadonlySet<string>
}

const subscriptions = new WeakMap<Context['db'], (socketId: string, items: readonly StockSummary[]) => void>()

/**
 * Follows the stock's changes in the database, whoever made them, and sends them to the sockets of this instance by
 * product, in rising revision. A document that was changed by hand, without a new revision, gets one.
 */
export function startInventoryFeed(ctx: Context, io: ShopServer): InventoryFeed {
  const broadcast = createStockBroadcast(io)
  const seen = new Map<string, Seen>()

  const deliver = async (document: InventoryDocument, live = true): Promise<void> => {
    const before = seen.get(document._id)
    if (before !== undefined && document.revision <= before.revision) return
    const soldOut = new Set(
      document.variants.filter(({ available }) => available === 0).map(({ sku }) => sku),
    )
    seen.set(document._id, { revision: document.revision, soldOut })
    broadcast.send(stockView(document, ctx.config.lowStockThreshold))
    if (!live) return
    ctx.events.publish(stockMoved, { productId: document._id, variants: document.variants })
    const back = document.variants.filter(
      ({ sku }) => !soldOut.has(sku) && before?.soldOut.has(sku) !== false,
    )
    await announceBack(
      ctx,
      document._id,
      back.map(({ sku }) => sku),
    )
  }

  /** Gives a change that was made past our own doors a revision; the save comes back as a change of its own. */
  const adopt = async (productId: string, changed: readonly string[]): Promise<void> => {
    const current = await loadInventory(ctx, productId)
    if (current === null) return
    const last = Math.max(current.revision, seen.get(productId)?.revision ?? 0)
    const next = nextRevision({ ...current, revision: last }, balance(current, changed), ctx.clock.now())
    await saveInventory(ctx, current.revision, next)
  }

  /** A write of ours says all that there is to say, but for what it left as it was. */
  const deliverWritten = async (productId: string, fields: Partial<InventoryDocument>): Promise<void> => {
    const variants = InventoryDocument.shape.variants.parse(fields.variants)
    const written = InventoryDocument.safeParse({
      ...fields,
      _id: productId,
      variants,
      available: totalAvailable(variants),
    })
    const document = written.success ? written.data : await loadInventory(ctx, productId)
    if (document !== null) await deliver(document)
  }

  const onChange = async (change: ChangeStreamDocument<InventoryDocument>): Promise<void> => {
    if (change.operationType === 'update') {
      const productId = change.documentKey._id
      const fields = change.updateDescription.updatedFields ?? {}
      if ('revision' in fields && 'variants' in fields) return deliverWritten(productId, fields)
      const cut = change.updateDescription.truncatedArrays ?? []
      const changed = [...Object.keys(fields), ...cut.map(({ field }) => field)]
      if (concernsStock(changed)) await adopt(productId, changed)
    } else if (change.operationType === 'insert' || change.operationType === 'replace') {
      const document = inventoryCollection.parse(change.fullDocument)
      const last = seen.get(document._id)?.revision
      if (last === undefined || document.revision > last) return deliver(document)
      if (change.operationType === 'replace') await adopt(document._id, ['variants'])
    } else if (change.operationType === 'delete') {
      const productId = change.documentKey._id
      const last = seen.get(productId)
      if (last === undefined) return
      const gone = { _id: productId, revision: last.revision + 1, updatedAt: ctx.clock.now(), available: 0 }
      await deliver({ ...gone, variants: [] })
    }
  }

  const feed = watchCollection<InventoryDocument>(ctx, {
    collection: inventoryCollection.name,
    async onOpen({ gap }) {
      if (!gap) return
      for await (const document of streamInventories(ctx)) await deliver(document, false)
      await announceMissed(ctx)
    },
    onChange,
  })
  const unsubscribe = ctx.events.subscribe(waitingEnded, ({ userId, productId, sku }) => {
    io.of('/inventory').to(userRoom(userId)).emit('stock:back', { productId, sku })
  })
  subscriptions.set(ctx.db, (socketId, items) => {
    for (const { productId, revision } of items) {
      if (revision > (seen.get(productId)?.revision ?? -1)) broadcast.tell(socketId, productId, revision)
    }
  })

  return {
    state: feed.state,
    opened: feed.opened,
    async close() {
      subscriptions.delete(ctx.db)
      unsubscribe()
      broadcast.close()
      await feed.close()
    },
  }
}

/** What a socket is told on subscribing may be ahead of the feed, which then leaves out what is older. */
export function noteSubscription(ctx: Context, socketId: string, items: readonly StockSummary[]): void {
  subscriptions.get(ctx.db)?.(socketId, items)
}
