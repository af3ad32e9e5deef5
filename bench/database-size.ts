import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { BSON, MongoClient } from 'mongodb'
import { startChild } from './child.ts'
import { itemOf } from './database-speed.ts'
import { type Figure, median, quantile } from './figures.ts'

const DOCUMENTS = 1_000_000
const BATCH = 10_000
const FINDS = 2000
const KILOBYTE = 1024
const SERVER = join(import.meta.dirname, '../scripts/db.ts')

/** How long a start takes with a million documents on disk, what they weigh in memory, and how fast one is found. */
export async function sizeFigures(folder: string): Promise<Figure[]> {
  // as `npm run db` starts it
  const variables = { DATA_DIR: folder, DB_PORT: '0', NODE_OPTIONS: '--max-semi-space-size=16' }
  const first = await startChild(SERVER, variables)
  const weight = await fill(first.address)
  await first.stop()

  const server = await startChild(SERVER, variables)
  const client = await MongoClient.connect(server.address)
  try {
    const memory = residentBytes(server.process.pid ?? 0)
    const delays = await findDelays(client)
    return [
      {
        name: 'ready with 1,000,000 documents',
        value: server.readyAfterMs,
        unit: 'ms',
        promise: '< 10000 ms',
      },
      { name: 'memory then / BSON of the documents', value: memory / weight, unit: 'x', promise: '<= 3 x' },
      {
        name: 'find one of 1,000,000 by index, median',
        value: median(delays),
        unit: 'ms',
        promise: '< 1 ms',
      },
      { name: 'find one of 1,000,000 by index, p99', value: quantile(delays, 0.99), unit: 'ms' },
    ]
  } finally {
    await client.close()
    await server.stop()
  }
}

/** Answers what the documents weigh as BSON. */
async function fill(uri: string): Promise<number> {
  const client = await MongoClient.connect(uri)
  const items = client.db('bench').collection('million')
  await items.createIndex({ code: 1 })
  let weight = 0
  for (let at = 0; at < DOCUMENTS; at += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, offset) => itemOf(at + offset))
    for (const item of batch) weight += BSON.calculateObjectSize(item)
    await items.insertMany(batch)
  }
  await client.close()
  return weight
}

async function findDelays(client: MongoClient): Promise<number[]> {
  const items = client.db('bench').collection('million')
  const delays: number[] = []
  for (let turn = 0; turn < FINDS; turn += 1) {
    const { code } = itemOf((turn * 104_729) % DOCUMENTS)
    const started = performance.now()
    const [found] = await items.find({ code }).toArray()
    delays.push(performance.now() - started)
    if (found?.code !== code) throw new Error(`${code} was not found`)
  }
  return delays
}

function residentBytes(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * KILOBYTE
}
