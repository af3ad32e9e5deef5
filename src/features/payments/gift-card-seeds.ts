import type { Context } from '../../platform/context.ts'
import { insertMissing } from './gift-cards.store.ts'

/** The demo's gift cards, with balances in hundredths of the currency's unit. */
export const GIFT_CARD_SEEDS: ReadonlyArray<{ readonly code: string; readonly balance: number }> = [
  { code: 'GIFT-500', balance: 50_000 },
  { code: 'GIFT-2000', balance: 200_000 },
  { code: 'GIFT-10000', balance: 1_000_000 },
]

/** Adds the demo's gift cards that are missing; what is left on the others stays as it is. */
export async function seedGiftCards(ctx: Context): Promise<void> {
  const { currency } = ctx.config
  await insertMissing(
    ctx,
    GIFT_CARD_SEEDS.map(({ code, balance }) => ({ _id: ctx.ids.next(), code, currency, balance, moves: [] })),
  )
}
