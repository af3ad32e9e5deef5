import { stockMoved, waitingEnded } from '../../features/inventory/index.ts'
import type { Context } from '../../platform/context.ts'
import { tellOfReturn } from './back-in-stock.ts'
import { watchHolds } from './hold-watch.ts'
import { tellOfStock } from './stock-news.ts'

/** Lets the agent speak up by itself: what is in the cart runs out, a hold lapses, what was waited for is back. */
export function startProactive(ctx: Context): { close(): Promise<void> } {
  const holds = watchHolds(ctx)
  const telling = new Set<Promise<void>>()
  const tell = (news: Promise<void>) => {
    const done = news
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'a customer could not be told the news'))
      .finally(() => telling.delete(done))
    telling.add(done)
  }
  const subscriptions = [
    ctx.events.subscribe(stockMoved, (moved) => tell(tellOfStock(ctx, moved))),
    ctx.events.subscribe(waitingEnded, (ended) => tell(tellOfReturn(ctx, ended))),
  ]
  return {
    async close() {
      for (const unsubscribe of subscriptions) unsubscribe()
      await Promise.all([holds.close(), ...telling])
    },
  }
}
