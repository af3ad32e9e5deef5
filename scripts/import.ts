import { SingleBar } from 'cli-progress'
import {
  ImportError,
  type ImportProgress,
  type ImportResult,
  importCatalog,
} from '../src/features/catalog/index.ts'
import { withShop } from './open-shop.ts'

const USAGE = `usage: npm run import -- FILE.csv   (Shopify's product CSV format)\n`

/** A bar for each of the two steps, on a terminal only; skipped rows are listed above it. */
function createProgress(): ImportProgress & { stop(): void } {
  const shown = process.stderr.isTTY
  let bar: SingleBar | undefined
  let step = ''
  const begin = (name: string, total: number) => {
    if (step === name) return
    bar?.stop()
    step = name
    bar = new SingleBar({
      format: `${name} {bar} {percentage}%  {duration_formatted}`,
      stream: process.stderr,
    })
    bar.start(total, 0)
  }
  return {
    read(bytes, total) {
      if (!shown) return
      begin('reading', total)
      bar?.update(bytes)
    },
    saved(products, total) {
      if (!shown) return
      begin('saving ', total)
      bar?.update(products)
    },
    skipped(line, reason) {
      if (shown) process.stderr.write('\r\u001b[K')
      process.stdout.write(`line ${line} skipped: ${reason}\n`)
    },
    stop: () => bar?.stop(),
  }
}

function report({ imported, created, changed, unsold, variants, skippedRows }: ImportResult): string {
  const same = imported - created - changed
  const notSold = unsold === 0 ? '' : `, ${unsold} of them not for sale (draft, archived or unpublished)`
  return `${imported} products in ${variants} variants: ${created} new, ${changed} changed, ${same} as before${notSold}; ${skippedRows} rows skipped\n`
}

const [file, ...rest] = process.argv.slice(2)
if (file === undefined || rest.length > 0) {
  process.stderr.write(USAGE)
  process.exitCode = 1
} else {
  await withShop(async (ctx) => {
    const progress = createProgress()
    try {
      const result = await importCatalog(ctx, file, progress)
      progress.stop()
      process.stdout.write(report(result))
      if (result.imported === 0) process.exitCode = 1
    } catch (error) {
      progress.stop()
      if (!(error instanceof ImportError)) throw error
      process.stderr.write(`${error.message}\n`)
      process.exitCode = 1
    }
  })
}
