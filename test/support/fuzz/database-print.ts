import { createHash } from 'node:crypto'
import { BSON, type Db } from 'mongodb'

/** What may change although a request was refused: counters, keys, leases, and the books of the payment mock. */
const APART = new Set([
  'rate_limits',
  'idempotency_keys',
  'socket_packets',
  'actors',
  'instance_packets',
  'job_ticks',
  'mock_gateway_sources',
])

/** A fingerprint of everything that a shopper could tell a change of, by collection. */
export async function databasePrint(db: Db): Promise<Record<string, string>> {
  const names = (await db.listCollections({}, { nameOnly: true }).toArray())
    .map(({ name }) => name)
    .filter((name) => !APART.has(name))
    .sort()
  const prints = await Promise.all(
    names.map(async (name) => {
      const hash = createHash('sha1')
      const documents = await db
        .collection(name)
        .find({}, { raw: true, sort: { _id: 1 } })
        .toArray()
      for (const document of documents) hash.update(BSON.serialize({ document }))
      return [name, `${documents.length}:${hash.digest('base64url')}`] as const
    }),
  )
  return Object.fromEntries(prints)
}

/** The collections that differ. */
export function changedCollections(before: Record<string, string>, after: Record<string, string>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => before[name] !== after[name])
}
