import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type CsvError, parse } from 'csv-parse'
import { z } from 'zod'
import type { Context } from '../../../platform/context.ts'
import { DEFAULT_LOCATION_ID, setStock } from '../../inventory/index.ts'
import { saveProducts } from '../save.commands.ts'
import { fold } from '../words.ts'
import { createGatherer, type ImportedProduct, toStatements } from './shopify-products.ts'
import { missingColumns, readRow } from './shopify-row.ts'

/** How an import tells of its progress; each is called many times. */
export interface ImportProgress {
  /** So many bytes of the file are read. */
  read?(bytes: number, total: number): void
  /** A row was skipped. */
  skipped?(line: number, reason: string): void
  /** So many products are saved. */
  saved?(products: number, total: number): void
}

export interface ImportResult {
  /** Products of the file that are in the catalog now. */
  readonly imported: number
  readonly created: number
  readonly changed: number
  /** Imported ones that are not sold: drafts, archived, not published. */
  readonly unsold: number
  readonly variants: number
  readonly skippedRows: number
}

/** The file is no product CSV at all. The message is for the one who started the import. */
export class ImportError extends Error {}

const BATCH = 250
const LARGEST_RECORD = 1_000_000
const UNCLOSED = 'a quote is opened and never closed, so nothing from here on could be read'

/**
 * Imports a catalog in Shopify's product CSV format. The same file again changes nothing; a changed one changes the
 * products' facts, and their stock by the difference to what the file said before.
 * @throws ImportError when there is no such file or it has not the columns
 */
export async function importCatalog(
  ctx: Context,
  file: string,
  progress: ImportProgress = {},
): Promise<ImportResult> {
  const { products, skippedRows } = await readProducts(file, ctx.config.currency, progress)
  const counts = { created: 0, changed: 0 }
  for (let start = 0; start < products.length; start += BATCH) {
    const batch = products.slice(start, start + BATCH)
    const saved = await saveProducts(
      ctx,
      batch.map(({ product }) => product),
    )
    await setStock(ctx, toStatements(batch, saved.ids, DEFAULT_LOCATION_ID))
    counts.created += saved.created
    counts.changed += saved.changed
    progress.saved?.(start + batch.length, products.length)
  }
  return {
    imported: products.length,
    ...counts,
    unsold: products.filter(({ product }) => !product.active).length,
    variants: products.reduce((sum, { product }) => sum + product.variants.length, 0),
    skippedRows,
  }
}

const Parsed = z.object({
  info: z.object({ lines: z.int() }),
  record: z.record(z.string(), z.string()),
  raw: z.string(),
})

/** Reads the file as a stream; only the products themselves stay in memory. */
async function readProducts(
  file: string,
  currency: string,
  progress: ImportProgress,
): Promise<{ products: ImportedProduct[]; skippedRows: number }> {
  const { size } = await stat(file).catch(() => {
    throw new ImportError(`There is no file ${file}.`)
  })
  const gatherer = createGatherer(currency)
  let skippedRows = 0
  const skip = (line: number, reason: string) => {
    skippedRows += 1
    progress.skipped?.(line, reason)
  }
  /** The last line that the parser is done with. */
  let read = 1
  let end = Number.POSITIVE_INFINITY
  const source = createReadStream(file)
  const parser = source.pipe(
    parse({
      bom: true,
      info: true,
      raw: true,
      columns: (header: string[]) => readHeader(header),
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      relax_column_count_less: true,
      relax_quotes: true,
      skip_records_with_error: true,
      max_record_size: LARGEST_RECORD,
      on_record: (record: unknown, { lines }) => {
        read = lines
        return record
      },
    }),
  )
  parser.on('skip', (error: CsvError) => {
    // A quote that never closes is noticed late: at the end of the file, or when it has swallowed too much.
    const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    if (read >= end) return
    skip(unclosed ? read + 1 : Number(error.lines), unclosed ? UNCLOSED : 'it is not well-formed CSV')
    if (unclosed) end = read
    read = Number(error.lines)
  })
  source.on('error', (error) => parser.destroy(error))
  for await (const parsed of parser) {
    const { info, record, raw } = Parsed.parse(parsed)
    if (info.lines > end) break
    const line = info.lines - breaksIn(raw.trim())
    const problem = gatherer.add(readRow({ line, cells: record }, currency))
    if (problem !== undefined) skip(line, problem)
    progress.read?.(source.bytesRead, size)
  }
  progress.read?.(size, size)
  return { products: gatherer.products(), skippedRows }
}

function readHeader(header: readonly string[]): string[] {
  const missing = missingColumns(header)
  if (missing.length > 0) {
    throw new ImportError(`This is no product CSV of Shopify's: it has no column ${missing.join(', ')}.`)
  }
  return header.map(fold)
}

function breaksIn(text: string): number {
  return text.split('\n').length - 1
}
