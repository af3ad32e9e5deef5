import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'

type Database = Pick<Context, 'db'>

const GiftCardDocument = z.object({
  _id: z.string(),
  /** In upper case; whoever knows it can spend the card, so it is never logged. */
  code: z.string(),
  currency: z.string(),
  /** Minor units. */
  balance: z.int().min(0),
  /** Every debit (negative) and credit; each reference moves it once. */
  moves: z.array(z.object({ reference: z.string(), amount: z.int(), at: z.date() })),
})
export type GiftCardDocument = z.infer<typeof GiftCardDocument>

export const giftCardsCollection = defineCollection({
  name: 'gift_cards',
  schema: GiftCardDocument,
  indexes: [{ key: { code: 1 }, name: 'code', unique: true }],
})

export async function findGiftCard(ctx: Database, code: string): Promise<GiftCardDocument | null> {
  return giftCardsCollection.parseOrNull(
    await giftCardsCollection.in(ctx.db).findOne({ code: code.trim().toUpperCase() }),
  )
}

export async function loadGiftCard(
  ctx: Database,
  id: string,
  session?: ClientSession,
): Promise<GiftCardDocument | null> {
  return giftCardsCollection.parseOrNull(
    await giftCardsCollection.in(ctx.db).findOne({ _id: id }, session === undefined ? {} : { session }),
  )
}

export interface GiftCardMove {
  readonly giftCardId: string
  readonly reference: string
  /** Minor units; negative takes from the card. */
  readonly amount: number
  readonly at: Date
}

/** Moves the balance, once for each reference; false when there is too little on the card. */
export async function moveBalance(
  ctx: Database,
  session: ClientSession,
  { giftCardId, reference, amount, at }: GiftCardMove,
): Promise<boolean> {
  const { matchedCount } = await giftCardsCollection.in(ctx.db).updateOne(
    {
      _id: giftCardId,
      'moves.reference': { $ne: reference },
      ...(amount < 0 ? { balance: { $gte: -amount } } : {}),
    },
    { $inc: { balance: amount }, $push: { moves: { reference, amount, at } } },
    { session },
  )
  if (matchedCount === 1) return true
  const card = await loadGiftCard(ctx, giftCardId, session)
  return card?.moves.some((move) => move.reference === reference) ?? false
}

/** Adds cards whose code is not taken; the others keep their balance. */
export async function insertMissing(ctx: Database, cards: readonly GiftCardDocument[]): Promise<void> {
  for (const card of cards) {
    const { code, ...fields } = card
    await ignoringDuplicate(
      giftCardsCollection.in(ctx.db).updateOne({ code }, { $setOnInsert: fields }, { upsert: true }),
    )
  }
}
