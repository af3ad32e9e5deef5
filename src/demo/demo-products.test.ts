import { describe, expect, it } from 'vitest'
import { drawImage } from '../features/catalog/index.ts'
import { BLUEPRINTS, DEMO_PRODUCTS, demoProducts } from './demo-products.ts'

describe('the demo catalog', () => {
  const all = demoProducts(DEMO_PRODUCTS, 'INR')

  it('has at least 240 products in 8 or more categories, each with its own slug and skus', () => {
    expect(all.length).toBeGreaterThanOrEqual(240)
    expect(new Set(all.map(({ product }) => product.category)).size).toBe(BLUEPRINTS.length)
    expect(new Set(all.map(({ product }) => product.slug)).size).toBe(all.length)
    const skus = all.flatMap(({ product }) => product.variants.map(({ sku }) => sku))
    expect(new Set(skus).size).toBe(skus.length)
  })

  it('is the same each time, and its beginning the same whatever the number', () => {
    expect(demoProducts(DEMO_PRODUCTS, 'INR')).toEqual(all)
    expect(demoProducts(20, 'INR')).toEqual(all.slice(0, 20))
  })

  it('has colour and size variants, reductions, ratings and a picture for each', () => {
    const products = all.map(({ product }) => product)
    expect(
      products.filter(({ variants }) => variants.some(({ color, size }) => color && size)).length,
    ).toBeGreaterThan(60)
    const reduced = products.filter(({ compareAtPrice }) => compareAtPrice !== undefined)
    expect(reduced.length).toBeGreaterThan(50)
    for (const { compareAtPrice = 0, variants } of reduced)
      expect(compareAtPrice).toBeGreaterThan(variants[0]?.price ?? 0)
    for (const { images } of products) {
      expect(images.length).toBeGreaterThan(0)
      for (const { url } of images) expect(drawImage(url)).not.toBeNull()
    }
  })

  it('has sunglasses under 5000 rupees, scarce variants and some that are gone', () => {
    const cheap = all.filter(
      ({ product }) => product.category === 'Sunglasses' && (product.variants[0]?.price ?? 0) < 500_000,
    )
    expect(cheap.length).toBeGreaterThan(5)
    const counts = all.flatMap(({ stock }) =>
      stock.map(({ stock: places }) => places.reduce((sum, { quantity }) => sum + quantity, 0)),
    )
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(20)
    expect(counts.filter((count) => count > 0 && count <= 5).length).toBeGreaterThan(50)
  })

  it('stays unique when many are asked for, and converts to other currencies', () => {
    const many = demoProducts(5000, 'JPY')
    expect(new Set(many.map(({ product }) => product.slug)).size).toBe(5000)
    expect(
      many.every(({ product }) =>
        product.variants.every(({ price }) => Number.isInteger(price) && price > 0),
      ),
    ).toBe(true)
  })
})
