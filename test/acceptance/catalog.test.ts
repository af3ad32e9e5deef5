import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { productsCollection } from '../../src/features/catalog/catalog.store.ts'
import { catalogVocabulary, findProducts } from '../../src/features/catalog/index.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
let ids: string[]

const day = (number: number) => new Date(Date.UTC(2025, 0, number))

beforeAll(async () => {
  world = await startWorld()
  ids = await shelve(world.ctx, [
    {
      name: 'Zephyr Sunglasses',
      brand: 'Solmar',
      category: 'Sunglasses',
      price: 300_000,
      rating: 4.5,
      tags: ['eyewear'],
      createdAt: day(1),
      variants: [{ color: 'Black' }, { color: 'Red', quantity: 0 }],
    },
    {
      name: 'émeraude Ring',
      brand: 'Aurelle',
      category: 'Jewellery',
      price: 900_000,
      rating: null,
      createdAt: day(2),
    },
    {
      name: 'apex Running Shoes',
      brand: 'Northwake',
      category: 'Mens Shoes',
      price: 500_000,
      rating: 3.9,
      createdAt: day(3),
      variants: [
        { color: 'Red', size: '9' },
        { color: 'Blue', size: '10', quantity: 0 },
      ],
    },
    {
      name: 'Bold Trail Shoes',
      brand: 'Northwake',
      category: 'Mens Shoes',
      price: 700_000,
      rating: 4.8,
      createdAt: day(4),
      variants: [
        { color: 'Red', size: '10', quantity: 0 },
        { color: 'Blue', size: '9' },
      ],
    },
    {
      name: 'Hard Case',
      brand: 'Solmar',
      category: 'Accessories',
      price: 50_000,
      rating: 4,
      createdAt: day(5),
      description: 'For any pair of sunglasses.',
      variants: [{ quantity: 0 }],
    },
    { name: 'Draft Thing', category: 'Sunglasses', active: false, createdAt: day(6) },
  ])
})
afterAll(() => world.close())

const names = async (query: Record<string, string | number | boolean>) =>
  (await world.api.call('listProducts', { query })).items.map(({ name }) => name)

describe('GET /products', () => {
  it('lists what is sold, newest first, in pages with the total', async () => {
    const first = await world.api.call('listProducts', { query: { limit: 2 } })
    expect(first).toMatchObject({ page: 1, limit: 2, total: 5 })
    expect(first.items.map(({ name }) => name)).toEqual(['Hard Case', 'Bold Trail Shoes'])
    const last = await world.api.call('listProducts', { query: { limit: 2, page: 3 } })
    expect(last.items.map(({ name }) => name)).toEqual(['Zephyr Sunglasses'])
    expect((await world.api.call('listProducts', { query: { page: 9 } })).items).toEqual([])
  })

  it('sorts by price, rating and name', async () => {
    expect((await names({ sort: 'price' }))[0]).toBe('Hard Case')
    expect((await names({ sort: '-price' }))[0]).toBe('émeraude Ring')
    expect(await names({ sort: 'rating' })).toEqual([
      'Bold Trail Shoes',
      'Zephyr Sunglasses',
      'Hard Case',
      'apex Running Shoes',
      'émeraude Ring',
    ])
    expect(await names({ sort: 'name' })).toEqual([
      'apex Running Shoes',
      'Bold Trail Shoes',
      'émeraude Ring',
      'Hard Case',
      'Zephyr Sunglasses',
    ])
  })

  it('filters by category, brand, price, colour and size, whatever the case', async () => {
    expect(await names({ category: 'mens shoes', sort: 'price' })).toEqual([
      'apex Running Shoes',
      'Bold Trail Shoes',
    ])
    expect(await names({ category: 'MENS-SHOES', brand: 'northWAKE', maxPrice: 500_000 })).toEqual([
      'apex Running Shoes',
    ])
    expect(await names({ minPrice: 700_000, maxPrice: 700_000 })).toEqual(['Bold Trail Shoes'])
    expect(await names({ color: 'red', size: '9' })).toEqual(['apex Running Shoes'])
  })

  it('asks for stock in the very variant that is meant', async () => {
    expect(await names({ color: 'RED', inStock: true })).toEqual(['apex Running Shoes'])
    expect(await names({ inStock: false })).toEqual(['Hard Case'])
    expect(await names({ inStock: true, category: 'Sunglasses' })).toEqual(['Zephyr Sunglasses'])
  })

  it('refuses a query that makes no sense', async () => {
    for (const query of [
      { limit: 0 },
      { limit: 101 },
      { page: 'x' },
      { sort: 'best' },
      { colour: 'red' },
      { minPrice: -1 },
      { inStock: 'maybe' },
    ]) {
      const problem = await world.api.fail('listProducts', { query })
      expect(problem).toMatchObject({ status: 422, code: 'validation_failed' })
    }
  })

  it('takes an operator for a plain word', async () => {
    const response = await world.api.raw('/api/products?category[$ne]=x')
    expect(response.status).toBe(422)
    expect(await names({ category: '{"$ne":null}' })).toEqual([])
  })
})

describe('GET /products/:id', () => {
  it('gives a product by id and by slug, with its stock', async () => {
    const [id = ''] = ids
    const product = await world.api.call('getProduct', { params: { id } })
    expect(product).toMatchObject({
      slug: 'zephyr-sunglasses',
      price: { amount: 300_000, currency: 'INR' },
      stock: { available: 10, status: 'in_stock' },
    })
    expect(product.variants.map(({ color, available }) => [color, available])).toEqual([
      ['Black', 10],
      ['Red', 0],
    ])
    expect(await world.api.call('getProduct', { params: { id: product.slug } })).toEqual(product)
  })

  it('knows neither drafts nor ids that cannot exist', async () => {
    for (const id of [ids[5] ?? '', 'draft-thing', 'no such thing', '$ne', '%00']) {
      expect(await world.api.fail('getProduct', { params: { id } })).toMatchObject({ code: 'not_found' })
    }
  })
})

describe('GET /products/search', () => {
  const search = async (q: string, query: Record<string, string | number | boolean> = {}) =>
    (await world.api.call('searchProducts', { query: { q, ...query } })).items

  it('gives the best match first, with falling scores', async () => {
    const found = await search('sunglasses')
    expect(found.map(({ name }) => name)).toEqual(['Zephyr Sunglasses', 'Hard Case'])
    expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 0)
  })

  it('finds by brand, colour, tag, part of a word and in spite of mistakes', async () => {
    const first = async (q: string) => (await search(q))[0]?.name
    expect(await first('aurelle')).toBe('émeraude Ring')
    expect(await first('emeraude')).toBe('émeraude Ring')
    expect(await first('blue trail shoe')).toBe('Bold Trail Shoes')
    expect(await first('eyewear')).toBe('Zephyr Sunglasses')
    expect(await first('sunglas')).toBe('Zephyr Sunglasses')
    expect(await first('sun glases')).toBe('Zephyr Sunglasses')
    expect(await first('runing shose')).toBe('apex Running Shoes')
    expect(await first('APEX-RUNNING-SHOES-2')).toBe('apex Running Shoes')
  })

  it('keeps to the filters, the pages and another order', async () => {
    expect((await search('shoes', { maxPrice: 600_000 })).map(({ name }) => name)).toEqual([
      'apex Running Shoes',
    ])
    expect((await search('shoes', { sort: '-price' })).map(({ name }) => name)).toEqual([
      'Bold Trail Shoes',
      'apex Running Shoes',
    ])
    const page = await world.api.call('searchProducts', { query: { q: 'shoes', limit: 1, page: 2 } })
    expect(page).toMatchObject({ total: 2, page: 2, limit: 1 })
    expect(page.items).toHaveLength(1)
  })

  it('finds nothing where there is nothing, and takes no operators', async () => {
    for (const q of ['refrigerator', '"-shoes"', '$where', '---', 'the']) {
      const found = await search(q)
      if (q !== '"-shoes"') expect(found).toEqual([])
    }
    expect((await search('-shoes')).map(({ category }) => category)).toContain('Mens Shoes')
    expect(await world.api.fail('searchProducts', {})).toMatchObject({ status: 422 })
  })
})

describe('for the other rooms', () => {
  it('finds several products at once and leaves out what is not sold', async () => {
    const found = await findProducts(world.ctx, [...ids, 'nothing'])
    expect([...found.keys()].sort()).toEqual(ids.slice(0, 5).sort())
  })

  it('tells in which words the shop speaks, also of a product that has just come', async () => {
    const before = await catalogVocabulary(world.ctx)
    expect(before.brands).toEqual(['Aurelle', 'Northwake', 'Solmar'])
    expect(before.colors).toEqual(['Black', 'Blue', 'Red'])
    expect(before.sizes).toEqual(['10', '9'])
    const other = await startWorld()
    await shelve(other.ctx, [{ name: 'Lone Lamp', brand: 'Wick' }])
    expect((await catalogVocabulary(other.ctx)).brands).toEqual(['Wick'])
    await shelve(other.ctx, [{ name: 'Second Lamp', brand: 'Hale' }])
    expect((await catalogVocabulary(other.ctx)).brands).toEqual(['Hale', 'Wick'])
    await other.close()
  })
})

describe('a big catalog', () => {
  const BATCH = 250

  it('is read for its words in pieces that keep nobody waiting', async () => {
    const big = await startWorld()
    await shelve(big.ctx, [
      { name: 'Lone Lamp', description: 'Lights a small room with a warm glow. '.repeat(10) },
    ])
    const products = productsCollection.in(big.ctx.db)
    const stored = productsCollection.parse(await products.findOne({}))
    const copies = Array.from({ length: 5_000 }, (_, index) => ({
      ...stored,
      _id: `${stored._id}-${index}`,
      slug: `${stored.slug}-${index}`,
      name: `${stored.name} ${index}`,
    }))
    // the database works in this thread too, and in one go would leave its client without a word for seconds
    while (copies.length > 0) await products.insertMany(copies.splice(0, BATCH))
    const longest = longestTurn()
    const { names } = await catalogVocabulary(big.ctx)
    expect(names).toHaveLength(5_001)
    expect(longest.stop()).toBeLessThan(50)
    await big.close()
  })
})

/** The longest that this thread works without a turn of its event loop, in milliseconds of its own processor time. */
function longestTurn(): { stop(): number } {
  let last = process.threadCpuUsage()
  let longest = 0
  const turn = () => {
    const spent = process.threadCpuUsage(last)
    longest = Math.max(longest, (spent.user + spent.system) / 1_000)
    last = process.threadCpuUsage()
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  return {
    stop() {
      turn()
      clearImmediate(next)
      return longest
    },
  }
}

describe('GET /images', () => {
  it('serves the drawings of the demo products', async () => {
    const response = await world.api.raw('/images/sunglasses/black/zephyr-sunglasses.svg')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^image\/svg\+xml/)
    expect(await response.text()).toContain('<svg')
    expect((await world.api.raw('/images/unicorn/black/x.svg')).status).toBe(404)
  })
})
