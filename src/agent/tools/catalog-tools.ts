import { z } from 'zod'
import { Id, ProductSort, WaitlistJoin } from '../../contract/index.ts'
import { getUser } from '../../features/accounts/index.ts'
import { getProduct, listProducts, searchProducts } from '../../features/catalog/index.ts'
import { getInventory, waitForStock } from '../../features/inventory/index.ts'
import { tool } from './tool.ts'

const MOST_FOUND = 20
const USUALLY_FOUND = 5

const text = (max: number) => z.string().trim().min(1).max(max).nullish()
const amount = z.int().min(0).nullish()

export const search_products = tool({
  description: 'Find products by words and filters, best match first. Prices are in minor units.',
  args: z.strictObject({
    q: text(200),
    category: text(120),
    brand: text(120),
    color: text(60),
    size: text(60),
    minPrice: amount,
    maxPrice: amount,
    inStock: z.boolean().nullish(),
    sort: ProductSort.nullish(),
    limit: z.int().min(1).max(MOST_FOUND).nullish(),
  }),
  effect: false,
  execute({ ctx }, { q, limit, ...given }) {
    const { category, brand, color, size, minPrice, maxPrice, inStock, sort } = given
    const query = {
      page: 1,
      limit: limit ?? USUALLY_FOUND,
      ...(category == null ? {} : { category }),
      ...(brand == null ? {} : { brand }),
      ...(color == null ? {} : { color }),
      ...(size == null ? {} : { size }),
      ...(minPrice == null ? {} : { minPrice }),
      ...(maxPrice == null ? {} : { maxPrice }),
      ...(inStock == null ? {} : { inStock }),
      ...(sort == null ? {} : { sort }),
    }
    return q == null ? listProducts(ctx, query) : searchProducts(ctx, { ...query, q })
  },
})

const ofProduct = z.strictObject({ productId: Id })

export const get_product = tool({
  description: 'One product with its variants and their stock, by id or slug.',
  args: ofProduct,
  effect: false,
  execute: ({ ctx }, { productId }) => getProduct(ctx, productId),
})

export const check_inventory = tool({
  description: 'How many pieces of a product there are, by variant and by warehouse or store.',
  args: ofProduct,
  effect: false,
  async execute({ ctx }, { productId }) {
    return getInventory(ctx, (await getProduct(ctx, productId)).id)
  },
})

export const join_waitlist = tool({
  description:
    'Let the customer know as soon as a product that is sold out, or one of its variants, is back.',
  args: z.strictObject({ productId: Id, sku: WaitlistJoin.shape.sku }),
  effect: true,
  async execute({ ctx, caller }, { productId, sku }) {
    const [{ id }, { email }] = await Promise.all([getProduct(ctx, productId), getUser(ctx, caller.userId)])
    const join = { productId: id, sku, email: email ?? undefined }
    return waitForStock(ctx, caller, join)
  },
})
