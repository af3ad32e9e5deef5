import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  FoundProductPage,
  HandoffPage,
  Inventory,
  Product,
  ProductPage,
  TierList,
} from '../../src/contract/index.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

const SHOES = [
  { color: 'Red', size: '9', quantity: 3 },
  { color: 'Blue', size: '10', quantity: 0 },
]

let world: ContractWorld
let admin: Shopper
let shoes: string
let lamp: string

beforeAll(async () => {
  world = await startContractWorld()
  admin = await world.admin()
  const ids = await shelve(world.ctx, [
    { name: 'Apex Running Shoes', category: 'Shoes', brand: 'Northwake', price: 500_000, variants: SHOES },
    { name: 'lantern Lamp', category: 'Home', price: 90_000, rating: 4.5 },
    { name: 'Émeraude Ring', category: 'Jewellery', price: 250_000, variants: [{ quantity: 0 }] },
    { name: 'Leather Sneakers', category: 'Shoes', price: 300_000, tags: ['men'] },
    { name: 'Eau de Parfum', category: 'Beauty', price: 400_000, tags: ['perfume'] },
  ])
  shoes = ids[0] ?? ''
  lamp = ids[1] ?? ''
})
afterAll(() => world.close())

const list = (query: string) => world.rest.ok(ProductPage, 200, 'GET', `/api/products${query}`)
const find = (query: string) => world.rest.ok(FoundProductPage, 200, 'GET', `/api/products/search${query}`)
const names = (page: { items: ReadonlyArray<{ name: string }> }) => page.items.map(({ name }) => name)

describe('GET /products', () => {
  it('is a list of 20 unless another size is asked for', async () => {
    expect(await list('')).toMatchObject({ page: 1, limit: 20, total: 5 })
    const second = await list('?page=2&limit=2')
    expect(second).toMatchObject({ page: 2, limit: 2, total: 5 })
    expect(second.items).toHaveLength(2)
    expect((await list('?page=9')).items).toEqual([])
  })

  it('sorts by price both ways, by rating from the best, and by name as a dictionary does', async () => {
    const prices = async (sort: string) =>
      (await list(`?sort=${sort}`)).items.map(({ price }) => price.amount)
    const rising = [90_000, 250_000, 300_000, 400_000, 500_000]
    expect(await prices('price')).toEqual(rising)
    expect(await prices('-price')).toEqual(rising.toReversed())
    expect(names(await list('?sort=rating'))[0]).toBe('lantern Lamp')
    expect(names(await list('?sort=name'))).toEqual([
      'Apex Running Shoes',
      'Eau de Parfum',
      'Émeraude Ring',
      'lantern Lamp',
      'Leather Sneakers',
    ])
  })

  it.each([
    ['?category=shoes', ['Apex Running Shoes', 'Leather Sneakers']],
    ['?brand=northwake', ['Apex Running Shoes']],
    ['?minPrice=300000&maxPrice=400000', ['Eau de Parfum', 'Leather Sneakers']],
    ['?color=red&size=9', ['Apex Running Shoes']],
    ['?color=red&size=10', []],
    ['?color=blue&inStock=true', []],
    ['?inStock=false', ['Émeraude Ring']],
    ['?category=none', []],
  ])('filters by %s', async (query, expected) => {
    expect(names(await list(`${query}&sort=name`))).toEqual(expected)
  })

  it.each([
    'page=0',
    'page=x',
    'page=1.5',
    'limit=0',
    'limit=101',
    'sort=best',
    'inStock=maybe',
    'minPrice=-1',
    'maxPrice=abc',
    'colour=red',
    'page=1&page=2',
  ])('refuses ?%s and names the field', async (query) => {
    const { problem } = await world.rest.problem(422, 'validation_failed', 'GET', `/api/products?${query}`)
    expect(problem.errors?.[0]?.path).toBe(query.split('=')[0])
  })
})

describe('GET /products/search', () => {
  it('puts the best match first, with a falling score', async () => {
    const page = await find('?q=running+shoes')
    expect(names(page)[0]).toBe('Apex Running Shoes')
    const scores = page.items.map(({ score }) => score)
    expect(scores).toEqual(scores.toSorted((a, b) => b - a))
  })

  it('keeps to the filters and to another order', async () => {
    expect(names(await find('?q=shoes&maxPrice=400000&sort=price'))).toEqual(['Leather Sneakers'])
  })

  it.each([
    ['perfume for men', 'Eau de Parfum'],
    ['trainers', 'Leather Sneakers'],
    ['runing shoos', 'Apex Running Shoes'],
    ['emeraude', 'Émeraude Ring'],
  ])('finds what is meant by %s', async (q, expected) => {
    expect(names(await find(`?q=${encodeURIComponent(q)}`))[0]).toBe(expected)
  })

  it.each([
    '',
    '?q=',
    '?q=%20',
    '?q=a&q=b',
    '?q=shoes&shop=1',
    `?q=${'x'.repeat(1000)}`,
  ])('refuses the query %s', async (query) => {
    await world.rest.problem(422, 'validation_failed', 'GET', `/api/products/search${query}`)
  })

  it.each(['the', '$where', '%', '*', '"', '-'])('finds nothing for %s and does not fail', async (q) => {
    expect((await find(`?q=${encodeURIComponent(q)}`)).total).toBe(0)
  })
})

describe('one product', () => {
  it('is found by its id and by its slug, and adds its variants up', async () => {
    const product = await world.rest.ok(Product, 200, 'GET', `/api/products/${shoes}`)
    expect(product).toMatchObject({ id: shoes, slug: 'apex-running-shoes', brand: 'Northwake' })
    expect(product.stock).toEqual({ available: 3, status: 'low_stock' })
    expect(product.variants.map(({ price, available }) => [price.amount, available])).toEqual([
      [500_000, 3],
      [500_000, 0],
    ])
    expect(await world.rest.ok(Product, 200, 'GET', '/api/products/apex-running-shoes')).toEqual(product)
    await world.rest.problem(422, 'validation_failed', 'GET', `/api/products/${shoes}?full=1`)
  })

  it('has its stock by variant and by place', async () => {
    const inventory = await world.rest.ok(Inventory, 200, 'GET', `/api/products/inventory/${shoes}`)
    expect(inventory).toMatchObject({ productId: shoes, available: 3, status: 'low_stock' })
    expect(inventory.variants.map(({ status }) => status)).toEqual(['low_stock', 'out_of_stock'])
    expect(inventory.locations.reduce((sum, { available }) => sum + available, 0)).toBe(3)
  })
})

describe('the admin', () => {
  const path = () => `/api/admin/inventory/${lamp}/adjust`

  it('adjusts the stock, never below zero', async () => {
    const { locations, variants } = await world.rest.ok(
      Inventory,
      200,
      'GET',
      `/api/products/inventory/${lamp}`,
    )
    const body = { sku: variants[0]?.sku, locationId: locations[0]?.id, delta: 5, reason: 'count' }
    const { token } = admin
    const changed = await world.rest.ok(Inventory, 200, 'POST', path(), { token, body })
    expect(changed.available).toBe(15)
    const tooMuch = { token, body: { ...body, delta: -16 } }
    const { problem } = await world.rest.problem(409, 'insufficient_stock', 'POST', path(), tooMuch)
    expect(problem).toMatchObject({ available: 15 })
    for (const wrong of [{ delta: 1.5 }, { delta: '5' }, { reason: undefined }, { note: 'x' }]) {
      const options = { token, body: { ...body, ...wrong } }
      await world.rest.problem(422, 'validation_failed', 'POST', path(), options)
    }
    for (const wrong of [{ sku: 'nope' }, { locationId: 'nope' }]) {
      const options = { token, body: { ...body, ...wrong } }
      await world.rest.problem(404, 'not_found', 'POST', path(), options)
    }
    const after = await world.rest.ok(Inventory, 200, 'GET', `/api/products/inventory/${lamp}`)
    expect(after.available).toBe(15)
  })

  it('sees who waits for a human', async () => {
    const page = await world.rest.ok(HandoffPage, 200, 'GET', '/api/admin/handoffs?status=open', {
      token: admin.token,
    })
    expect(page).toMatchObject({ page: 1, limit: 20, total: 0 })
  })

  it('is nobody else', async () => {
    const { token } = await world.signUp()
    await world.rest.problem(403, 'forbidden', 'POST', path(), { token, body: {} })
    await world.rest.problem(403, 'forbidden', 'GET', '/api/admin/handoffs', { token })
    await world.rest.problem(401, 'unauthenticated', 'GET', '/api/admin/handoffs')
  })
})

it('the four tiers are public', async () => {
  const { items } = await world.rest.ok(TierList, 200, 'GET', '/api/loyalty/tiers')
  expect(items.map(({ name }) => name)).toEqual(['bronze', 'silver', 'gold', 'platinum'])
})
