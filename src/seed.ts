import { z } from 'zod'
import { DEMO_PRODUCTS, demoProducts } from './demo/demo-products.ts'
import { DEMO_PASSWORD, DEMO_USERS } from './demo/demo-users.ts'
import { ensureUser } from './features/accounts/index.ts'
import { hasProducts, retireDemoProducts, saveProducts } from './features/catalog/index.ts'
import { setStock } from './features/inventory/index.ts'
import { seedCoupons, seedPoints } from './features/loyalty/index.ts'
import { seedGiftCards } from './features/payments/index.ts'
import { defineCollection } from './platform/collection.ts'
import type { Context } from './platform/context.ts'

/** Remembers that the demo data was made, so that what a shop removes of it does not come back. */
export const seedMarksCollection = defineCollection({
  name: 'seed_marks',
  schema: z.object({ _id: z.literal('demo'), at: z.date() }),
})

const BATCH = 500

/**
 * Fills a store on its first start: products only where there are none, so that an imported catalog stays by itself;
 * coupons, gift cards and demo users in any case. Safe when several instances start at once. Does nothing without
 * SEED_DEMO.
 * @returns whether it did anything
 */
export async function seedIfEmpty(ctx: Context): Promise<boolean> {
  if (!ctx.config.seedDemo) return false
  if ((await seedMarksCollection.in(ctx.db).findOne({ _id: 'demo' })) !== null) return false
  const empty = !(await hasProducts(ctx))
  await Promise.all([empty ? seedProducts(ctx, DEMO_PRODUCTS, 'state') : undefined, seedPeople(ctx)])
  await markSeeded(ctx)
  return true
}

/**
 * Makes the demo data again: the first `products` of the demo catalog with full shelves, and no other demo products;
 * coupons, gift cards and demo users. What was sold or is held stays in the books.
 */
export async function seedDemo(
  ctx: Context,
  products = DEMO_PRODUCTS,
): Promise<{ products: number; variants: number }> {
  const [variants] = await Promise.all([seedProducts(ctx, products, 'restock'), seedPeople(ctx)])
  await markSeeded(ctx)
  return { products, variants }
}

async function seedProducts(ctx: Context, count: number, mode: 'state' | 'restock'): Promise<number> {
  let variants = 0
  const slugs: string[] = []
  const all = demoProducts(count, ctx.config.currency)
  for (let start = 0; start < all.length; start += BATCH) {
    const batch = all.slice(start, start + BATCH)
    const { ids } = await saveProducts(
      ctx,
      batch.map(({ product }) => product),
    )
    const statements = batch.flatMap(({ product, stock }) => {
      const productId = ids.get(product.slug)
      return productId === undefined ? [] : [{ productId, variants: stock }]
    })
    await setStock(ctx, statements, mode)
    slugs.push(...batch.map(({ product }) => product.slug))
    variants += batch.reduce((sum, { product }) => sum + product.variants.length, 0)
  }
  await retireDemoProducts(ctx, slugs)
  return variants
}

async function seedPeople(ctx: Context): Promise<void> {
  const users = DEMO_USERS.map(async ({ email, name, tier }) => {
    const { _id } = await ensureUser(ctx, { email, name, password: DEMO_PASSWORD, role: 'customer' })
    await seedPoints(ctx, _id, tier)
  })
  await Promise.all([...users, seedCoupons(ctx), seedGiftCards(ctx)])
}

async function markSeeded(ctx: Context): Promise<void> {
  await seedMarksCollection
    .in(ctx.db)
    .updateOne({ _id: 'demo' }, { $set: { at: ctx.clock.now() } }, { upsert: true })
}
