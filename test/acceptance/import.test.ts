import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importCatalog } from '../../src/features/catalog/index.ts'
import { holdStock, inventoryCollection, takeStock } from '../../src/features/inventory/index.ts'
import { inTransaction } from '../../src/platform/transaction.ts'
import { runScript } from '../support/run-script.ts'
import { startWorld, type World } from '../support/world.ts'

const HEADER =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text,Gift Card,Status'

const CATALOG = `${HEADER}
lamp,Desk Lamp,"<p>Bright &amp; small.</p>
<ul><li>LED</li></ul>",Lumen,Lighting,"desk, light",true,Color,Red,LAMP-R,5,19.99,24.99,https://x.example/lamp.png,1,A lamp,false,active
lamp,,,,,,,,Blue,LAMP-B,0,21.50,,,,,,
lamp,,,,,,,,,,,,,https://x.example/lamp-2.png,2,,,
moon,Moon Watch,<p>For him</p>,Orrin,Mens Watches,,true,Title,Default Title,MOON-M,3,100,,,,,false,active
moon,Moon Watch,<p>For her</p>,Orrin,Womens Watches,,true,Title,Default Title,MOON-W,4,120,,,,,false,active
bag,Old Bag,,,Bags,,true,Title,Default Title,BAG,2,10,,,,,false,archived
`

const BROKEN = `${HEADER}
cup,Cup,,,Mugs,,true,Title,Default Title,CUP,2,cheap,,,,,false,active
pot,Pot,,,Mugs,,true,Title,Default Title,POT,2,12.5,,,,,false,active

pan,Pan,,,Mugs,,true,Title,Default Title,PAN,lots,12.5,,,,,false,active
,,,,,,,,,X,1,1,,,,,,
`

let world: World
let folder: string

beforeAll(async () => {
  world = await startWorld()
  folder = await mkdtemp(join(tmpdir(), 'floorwalker-import-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await world.close()
})

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const environment = (name: string) => ({ MONGODB_URI: world.uri, MONGODB_DB: name })

async function withVariants(slug: string) {
  const product = await world.api.call('getProduct', { params: { id: slug } })
  return { product, stock: product.variants.map(({ sku, available }) => [sku, available]) }
}

describe('npm run import', () => {
  it('puts the products of the file up for sale', async () => {
    const path = await file('catalog.csv', CATALOG)
    const run = await runScript('import', [path], environment(world.ctx.config.mongo.database))
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain('4 products in 5 variants: 4 new')
    expect(run.stdout).toContain('0 rows skipped')
    const { product, stock } = await withVariants('lamp')
    expect(product).toMatchObject({
      name: 'Desk Lamp',
      brand: 'Lumen',
      category: 'Lighting',
      description: 'Bright & small.\n• LED',
      price: { amount: 1999, currency: 'INR' },
      compareAtPrice: { amount: 2499, currency: 'INR' },
      tags: ['desk', 'light'],
      images: [
        { url: 'https://x.example/lamp.png', alt: 'A lamp' },
        { url: 'https://x.example/lamp-2.png', alt: 'Desk Lamp' },
      ],
    })
    expect(product.variants.map(({ color, price }) => [color, price.amount])).toEqual([
      ['Red', 1999],
      ['Blue', 2150],
    ])
    expect(stock).toEqual([
      ['LAMP-R', 5],
      ['LAMP-B', 0],
    ])
    expect((await world.api.call('searchProducts', { query: { q: 'desk lamps' } })).items[0]?.slug).toBe(
      'lamp',
    )
  })

  it('sells two listings of one handle, and what is archived not at all', async () => {
    expect((await withVariants('moon')).stock).toEqual([['MOON-M', 3]])
    expect((await withVariants('moon-2')).stock).toEqual([['MOON-W', 4]])
    expect(await world.api.fail('getProduct', { params: { id: 'bag' } })).toMatchObject({ code: 'not_found' })
    expect((await world.api.call('listProducts', {})).total).toBe(3)
  })

  it('twice is the same as once, also when things were sold in between', async () => {
    const path = await file('catalog.csv', CATALOG)
    const before = (await withVariants('lamp')).product
    const { ctx } = world
    await inTransaction(ctx, async (session) => {
      const lines = [{ productId: before.id, sku: 'LAMP-R', quantity: 2 }]
      await holdStock(ctx, session, { id: 'sale', userId: 'asha', lines, expiresAt: new Date(8.64e15) })
      await takeStock(ctx, session, 'sale')
    })
    const again = await importCatalog(ctx, path)
    expect(again).toMatchObject({ imported: 4, created: 0, changed: 0 })
    const after = await withVariants('lamp')
    expect(after.product).toMatchObject({ id: before.id, updatedAt: before.updatedAt })
    expect(after.stock[0]).toEqual(['LAMP-R', 3])
    const [variant] = inventoryCollection.parse(
      await inventoryCollection.in(ctx.db).findOne({ _id: before.id }),
    ).variants
    expect(variant).toMatchObject({ received: 5, sold: 2, held: 0, available: 3 })
  })

  it('takes over what changed in the file', async () => {
    const path = await file(
      'changed.csv',
      CATALOG.replace('LAMP-R,5,19.99', 'LAMP-R,8,18.00').replace(',archived', ',active'),
    )
    const changed = await importCatalog(world.ctx, path)
    expect(changed).toMatchObject({ imported: 4, created: 0, changed: 2 })
    const { product, stock } = await withVariants('lamp')
    expect(product.price.amount).toBe(1800)
    expect(stock[0]).toEqual(['LAMP-R', 6])
    expect((await withVariants('bag')).stock).toEqual([['BAG', 2]])
  })

  it('names each row that it skips by its line, and imports the rest', async () => {
    const path = await file('broken.csv', BROKEN)
    const run = await runScript('import', [path], environment(`${world.ctx.config.mongo.database}_b`))
    expect(run.code).toBe(0)
    expect(run.stdout.trim().split('\n')).toEqual([
      'line 2 skipped: its Variant Price "cheap" is no price',
      'line 5 skipped: its Variant Inventory Qty "lots" is no whole number',
      'line 6 skipped: it has neither a Handle nor a Title',
      '1 products in 1 variants: 1 new, 0 changed, 0 as before; 3 rows skipped',
    ])
  })

  it('ends with 1 when nothing could be imported', async () => {
    const nothing = await file('nothing.csv', `${HEADER}\ncup,Cup,,,,,true,,,,,x,,,,,,\n`)
    const other = await file('other.csv', 'id,name\n1,Cup\n')
    for (const path of [nothing, other, join(folder, 'missing.csv')]) {
      expect((await runScript('import', [path], environment('nowhere'))).code).toBe(1)
    }
    const run = await runScript('import', [], environment('nowhere'))
    expect(run).toMatchObject({ code: 1 })
    expect(run.stderr).toContain('usage')
  })

  it('survives quotes, commas and line breaks in odd places', async () => {
    const odd = `\uFEFF${HEADER}\r
rug,"Rug, 5"" thick","a
b",,Rugs,,true,Title,Default Title,RUG,2,12,,,,,false,active\r
tie,Tie "slim" cut,,,Ties,,true,Title,Default Title,TIE,2,12,,,,,false,active\r
cap,Cap,,,Caps,,true,Title,Default Title,CAP,2,12,,,,,false,active,too,many\r
hat,"Hat that never ends,,,Hats,,true,Title,Default Title,HAT,2,12,,,,,false,active\r
`
    const skipped: number[] = []
    const result = await importCatalog(world.ctx, await file('odd.csv', odd), {
      skipped: (line) => void skipped.push(line),
    })
    expect(result).toMatchObject({ imported: 2, skippedRows: 2 })
    expect(skipped.sort()).toEqual([5, 6])
    expect((await withVariants('rug')).product.name).toBe('Rug, 5" thick')
    expect((await withVariants('tie')).product.name).toBe('Tie "slim" cut')
  })
})
