import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventoryCollection } from '../../src/features/inventory/index.ts'
import { auditStock } from '../../src/jobs/stock-audit.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

/** More than a cursor brings at once. */
const PRODUCTS = 250

let world: World
let ids: string[]

beforeAll(async () => {
  world = await startWorld()
  ids = await shelve(
    world.ctx,
    Array.from({ length: PRODUCTS }, (_, index) => ({ name: `Thing ${index}` })),
  )
})
afterAll(() => world.close())

describe('the audit of the stock', () => {
  it('finds nothing where the figures add up, with stock held and sold', async () => {
    const shopper = await world.signUp()
    await shopper.api.call('addCartItem', { body: { productId: ids[0] ?? '', quantity: 2 } })
    await shopper.api.call('startCheckout')
    expect(await auditStock(world.ctx)).toEqual([])
  })

  it('names each figure that does not follow from the others, and repairs none', async () => {
    const productId = ids[PRODUCTS - 1] ?? ''
    const inventory = inventoryCollection.in(world.ctx.db)
    await inventory.updateOne({ _id: productId }, { $inc: { available: 1 } })
    const drift = { productId, what: 'summary', expected: 10, found: 11 }
    expect(await auditStock(world.ctx)).toEqual([drift])
    expect(await auditStock(world.ctx)).toEqual([drift])
    await inventory.updateOne({ _id: productId }, { $inc: { available: -1 } })
    expect(await auditStock(world.ctx)).toEqual([])
  })
})
