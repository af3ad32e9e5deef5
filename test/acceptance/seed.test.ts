import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEMO_PASSWORD, DEMO_USERS } from '../../src/demo/demo-users.ts'
import { inventoryCollection, setStock } from '../../src/features/inventory/index.ts'
import type { Context } from '../../src/platform/context.ts'
import { seedDemo, seedIfEmpty } from '../../src/seed.ts'
import { runScript } from '../support/run-script.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let demo: Context

beforeEach(async () => {
  world = await startWorld()
  demo = { ...world.ctx, config: { ...world.ctx.config, seedDemo: true } }
})
afterEach(() => world.close())

const total = async () => (await world.api.call('listProducts', {})).total

describe('the first start', () => {
  it('fills an empty store, and only once', async () => {
    expect(await seedIfEmpty(world.ctx)).toBe(false)
    expect(await seedIfEmpty(demo)).toBe(true)
    expect(await total()).toBeGreaterThanOrEqual(240)
    const one = await world.api.call('searchProducts', { query: { q: 'sunglasses', maxPrice: 500_000 } })
    expect(one.total).toBeGreaterThan(3)
    const [product] = one.items
    const picture = await world.api.raw(product?.images[0]?.url ?? '')
    expect(picture.headers.get('content-type')).toMatch(/^image\/svg\+xml/)
    expect(await seedIfEmpty(demo)).toBe(false)
  })

  it('is safe when two instances start at once', async () => {
    await Promise.all([seedIfEmpty(demo), seedIfEmpty(demo)])
    expect(await total()).toBe(280)
    expect(await inventoryCollection.in(world.ctx.db).countDocuments()).toBe(280)
  })

  it('leaves an imported catalog by itself but brings the demo users', async () => {
    await shelve(world.ctx, [{ name: 'Own Thing' }])
    expect(await seedIfEmpty(demo)).toBe(true)
    expect(await total()).toBe(1)
    for (const { email, name } of DEMO_USERS) {
      const { user } = await world.api.call('signIn', { body: { email, password: DEMO_PASSWORD } })
      expect(user.name).toBe(name)
    }
  })
})

describe('npm run seed', () => {
  it('makes as many products as it is told, and fills their shelves again', async () => {
    const env = { MONGODB_URI: world.uri, MONGODB_DB: world.ctx.config.mongo.database }
    const run = await runScript('seed', ['--products', '30'], env)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('30 products')
    const { items } = await world.api.call('listProducts', { query: { limit: 100 } })
    expect(items).toHaveLength(30)
    const product = items.find(({ stock }) => stock.available > 0)
    if (product === undefined) throw new Error('all demo products are gone')
    await setStock(
      world.ctx,
      [
        {
          productId: product.id,
          variants: product.variants.map(({ sku }) => ({
            sku,
            stock: [{ locationId: 'st-delhi', quantity: 0 }],
          })),
        },
      ],
      'restock',
    )
    await seedDemo(world.ctx, 20)
    expect(await total()).toBe(20)
    await seedDemo(world.ctx, 30)
    const again = await world.api.call('getProduct', { params: { id: product.id } })
    expect(again.stock).toEqual(product.stock)
  })

  it('says how it is used', async () => {
    for (const args of [['--products', 'many'], ['--products', '-1'], ['--what']]) {
      const run = await runScript('seed', args, {})
      expect(run.code).toBe(1)
      expect(run.stderr).toContain('usage')
    }
  })
})
