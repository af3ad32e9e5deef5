import { describe, expect, it } from 'vitest'
import { createGatherer, type ImportedProduct } from './shopify-products.ts'
import { missingColumns, readRow } from './shopify-row.ts'

const PRICE = { 'variant price': '10.00' }

function gather(rows: readonly Readonly<Record<string, string>>[], currency = 'INR') {
  const gatherer = createGatherer(currency)
  const problems = rows.map((cells, index) => gatherer.add(readRow({ line: index + 2, cells }, currency)))
  return { products: gatherer.products(), problems }
}

function only(products: readonly ImportedProduct[]): ImportedProduct {
  const [first] = products
  if (first === undefined || products.length > 1) throw new Error(`${products.length} products`)
  return first
}

describe('rows become products', () => {
  it('gathers the variants and pictures of a handle, wherever its rows stand', () => {
    const { products } = gather([
      {
        handle: 'tee',
        title: 'Tee',
        'option1 name': 'Colour',
        'option1 value': 'Red',
        'option2 name': 'Size',
        'option2 value': 'M',
        'variant sku': 'T1',
        'variant price': '10',
        'variant inventory qty': '3',
        'image src': 'https://x.example/2.png',
        'image position': '2',
      },
      { handle: 'mug', title: 'Mug', 'option1 name': 'Title', 'option1 value': 'Default Title', ...PRICE },
      {
        handle: 'tee',
        'option1 value': 'Red',
        'option2 value': 'L',
        'variant sku': 'T2',
        'variant price': '12.50',
        'variant inventory qty': '-1',
      },
      {
        handle: 'tee',
        'image src': 'https://x.example/1.png',
        'image position': '1',
        'image alt text': 'Front',
      },
    ])
    const [tee, mug] = products
    expect(tee?.product.variants).toEqual([
      { sku: 'T1', color: 'Red', size: 'M', price: 1000 },
      { sku: 'T2', color: 'Red', size: 'L', price: 1250 },
    ])
    expect(tee?.stock).toEqual([
      { sku: 'T1', quantity: 3 },
      { sku: 'T2', quantity: 0 },
    ])
    expect(tee?.product.images).toEqual([
      { url: 'https://x.example/1.png', alt: 'Front' },
      { url: 'https://x.example/2.png', alt: 'Tee' },
    ])
    expect(mug?.product.variants).toEqual([{ sku: 'MUG', price: 1000 }])
    expect(mug?.product.images[0]?.url).toMatch(/^\/images\/[a-z]+\/slate\/mug\.svg$/)
  })

  it('sells two listings of one handle apart when their options collide', () => {
    const { products } = gather([
      {
        handle: 'moon',
        title: 'Moon',
        type: 'Mens Watches',
        'option1 name': 'Title',
        'option1 value': 'Default Title',
        'variant sku': 'M1',
        'variant price': '100',
      },
      {
        handle: 'moon',
        title: 'Moon',
        type: 'Womens Watches',
        'option1 name': 'Title',
        'option1 value': 'Default Title',
        'variant sku': 'W1',
        'variant price': '120',
      },
    ])
    expect(products.map(({ product }) => product.variants[0]?.price)).toEqual([10_000, 12_000])
    expect(products.map(({ product }) => product.slug)).toEqual(['moon', 'moon-2'])
  })

  it('merges them when they complete each other', () => {
    const { products } = gather([
      {
        handle: 'shoe',
        title: 'Shoe',
        'option1 name': 'Size',
        'option1 value': '6',
        'variant sku': 'S6',
        ...PRICE,
      },
      {
        handle: 'shoe',
        title: 'Shoe',
        'option1 name': 'Size',
        'option1 value': '7',
        'variant sku': 'S7',
        ...PRICE,
      },
    ])
    expect(only(products).product.variants.map(({ size }) => size)).toEqual(['6', '7'])
  })

  it('takes the last word on a variant that is listed twice', () => {
    const row = {
      handle: 'cup',
      title: 'Cup',
      'variant sku': 'C',
      'option1 value': 'Default Title',
      'option1 name': 'Title',
    }
    const { products } = gather([
      { ...row, 'variant price': '1', 'variant inventory qty': '4' },
      { ...row, 'variant price': '2', 'variant inventory qty': '5' },
    ])
    expect(only(products).product.variants).toEqual([{ sku: 'C', price: 200 }])
    expect(only(products).stock).toEqual([{ sku: 'C', quantity: 5 }])
  })

  it('names other options beside the size, and makes skus where there are none', () => {
    const { products } = gather([
      {
        handle: 'case',
        title: 'Case',
        'option1 name': 'Material',
        'option1 value': 'Cork',
        'option2 name': 'Size',
        'option2 value': 'XL',
        ...PRICE,
      },
      { handle: 'case', 'option1 value': 'Felt', 'option2 value': 'XL', ...PRICE },
    ])
    expect(only(products).product.variants).toEqual([
      { sku: 'CASE-CORK-XL', size: 'Cork / XL', price: 1000 },
      { sku: 'CASE-FELT-XL', size: 'Felt / XL', price: 1000 },
    ])
  })

  it('keeps drafts, archived, unpublished and gift cards off sale', () => {
    const base = { title: 'X', ...PRICE }
    const { products } = gather([
      { ...base, handle: 'a', status: 'draft' },
      { ...base, handle: 'b', status: 'Archived' },
      { ...base, handle: 'c', published: 'FALSE' },
      { ...base, handle: 'd', 'gift card': 'true' },
      { ...base, handle: 'e', published: 'TRUE', status: 'active' },
    ])
    expect(products.map(({ product }) => product.active)).toEqual([false, false, false, false, true])
  })

  it('counts a compare-at price only when it is higher', () => {
    const { products } = gather([
      { handle: 'a', title: 'A', ...PRICE, 'variant compare at price': '12' },
      { handle: 'b', title: 'B', ...PRICE, 'variant compare at price': '9' },
    ])
    expect(products.map(({ product }) => product.compareAtPrice)).toEqual([1200, undefined])
  })

  it('says what is wrong with a row and goes on', () => {
    const { products, problems } = gather([
      { handle: 'a', title: 'A', 'variant price': 'free' },
      { handle: 'a', 'option1 value': 'Blue', ...PRICE },
      { handle: '', 'variant sku': 'S', ...PRICE },
      { handle: 'b', 'variant sku': 'S', ...PRICE },
      { handle: 'a', 'option1 value': 'Red', ...PRICE, 'variant inventory qty': 'many' },
      { handle: 'a', 'image src': 'javascript:alert(1)' },
      { handle: 'c', title: 'C', 'variant price': '5 USD' },
      { handle: 'd', title: 'D' },
    ])
    expect(problems).toEqual([
      'its Variant Price "free" is no price',
      undefined,
      'it has neither a Handle nor a Title',
      'no row before it gives its product a Title',
      'its Variant Inventory Qty "many" is no whole number',
      'its Image Src "javascript:alert(1)" is no web address',
      'its Variant Price is in USD, the shop sells in INR',
      'its Variant Price is missing',
    ])
    expect(only(products).product).toMatchObject({ slug: 'a', name: 'A', variants: [{ price: 1000 }] })
  })
})

describe('missingColumns', () => {
  it('knows both spellings of the templates', () => {
    expect(missingColumns(['Handle', 'Title', 'Variant Price'])).toEqual([])
    expect(missingColumns(['URL handle', 'Title', 'Price'])).toEqual([])
    expect(missingColumns(['id', 'name'])).toEqual(['Handle', 'Title', 'Variant Price'])
  })
})
