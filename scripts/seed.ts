import { parseArgs } from 'node:util'
import { seedDemo } from '../src/seed.ts'
import { withShop } from './open-shop.ts'

const USAGE = 'usage: npm run seed -- [--products N]   (N from 0 to 200000)\n'
const MOST = 200_000

function readCount(): number | undefined | null {
  try {
    const { products } = parseArgs({ options: { products: { type: 'string' } } }).values
    if (products === undefined) return undefined
    const count = Number(products)
    return /^\d+$/.test(products) && count <= MOST ? count : null
  } catch {
    return null
  }
}

const count = readCount()
if (count === null) {
  process.stderr.write(USAGE)
  process.exitCode = 1
} else {
  await withShop(async (ctx) => {
    const { products, variants } = await seedDemo(ctx, count)
    process.stdout.write(
      `${products} products in ${variants} variants, coupons, gift cards and demo users are there\n`,
    )
  })
}
