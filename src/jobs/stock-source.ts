import { z } from 'zod'
import {
  type CountsReport,
  recordDrift,
  type SourceCount,
  takeOverCounts,
} from '../features/inventory/index.ts'
import type { Context } from '../platform/context.ts'

const TIMEOUT_MS = 20_000
const MAX_BYTES = 32_000_000

const Name = z.string().trim().min(1).max(200)
const Figure = z.int().min(0).max(1_000_000_000)
const Revision = z.int().min(0)

/** One count, as the source writes it. */
const Row = z.object({
  sku: Name,
  location: Name,
  available: Figure,
  revision: Revision.optional(),
})

/** What INVENTORY_SOURCE_URL answers: its rows, bare or as `items`; a revision beside them holds for rows without one. */
const StockSource = z.union([
  z.array(z.unknown()).transform((rows) => ({ items: rows, revision: undefined })),
  z.object({ items: z.array(z.unknown()), revision: Revision.optional() }),
])

export interface SyncReport extends CountsReport {
  readonly rows: number
}

/**
 * Fetches what the inventory source counts and takes it over. A row that cannot be read is written down and left out.
 * @throws an Error for an answer that is late, too large or no such document; nothing is changed then
 */
export async function syncStock(ctx: Context, url: string, signal?: AbortSignal): Promise<SyncReport> {
  const limits = [AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]
  const { items, revision } = await readSource(url, AbortSignal.any(limits))
  const counts: SourceCount[] = []
  let malformed = 0
  for (const [index, item] of items.entries()) {
    const row = Row.safeParse(item)
    if (row.success) {
      const { location, ...count } = row.data
      counts.push({ ...count, locationId: location, revision: count.revision ?? revision })
      continue
    }
    malformed += 1
    const wrong = new Set(row.error.issues.map(({ path }) => path.join('.') || 'row'))
    const detail = `row ${index}: ${[...wrong].join(', ')}`
    await recordDrift(ctx, { kind: 'malformed', detail, done: 'nothing' })
  }
  const { drifts, ...report } = await takeOverCounts(ctx, counts, signal)
  return { rows: items.length, ...report, drifts: { ...drifts, malformed } }
}

async function readSource(url: string, signal: AbortSignal): Promise<z.output<typeof StockSource>> {
  const response = await fetch(requestFor(url), { signal, redirect: 'error' })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new Error(`the inventory source answered ${response.status}`)
  }
  const parsed = StockSource.safeParse(jsonIn(await readLimited(response.body)))
  if (!parsed.success) throw new Error('the inventory source answered no list of counts')
  return parsed.data
}

/** Name and password in the address go where they belong: fetch would refuse them, and quote them. */
function requestFor(url: string): Request {
  const address = new URL(url)
  const { username, password } = address
  const headers = new Headers({ Accept: 'application/json' })
  if (username !== '' || password !== '') {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    headers.set('Authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
    address.username = ''
    address.password = ''
  }
  return new Request(address, { headers })
}

async function readLimited(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) throw new Error(`the inventory source answered more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('the inventory source answered no JSON')
  }
}
