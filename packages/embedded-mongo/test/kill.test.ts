import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from './support/kill-audit.ts'
import { Books, Ledger } from './support/kill-ledger.ts'
import { runLoad } from './support/kill-load.ts'
import { scratchFolder } from './support/scratch.ts'
import { type ServerProcess, startServerProcess } from './support/server-process.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 10)
/** The books begin anew after so many rounds: reading them through must not become the main part. */
const ROUNDS_PER_BOOK = 10
/** Below those that the system gives to outgoing connections, which could take it while the server is away. */
const LOWEST_PORT = 20_000
const PORTS = 10_000

describe('kill -9 under load', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let server: ServerProcess
  let client: MongoClient
  let books: Books
  let ledger: Ledger
  const port = LOWEST_PORT + (process.pid % PORTS)

  beforeAll(async () => {
    folder = await scratchFolder()
    server = await startServerProcess({ dataDir: folder.path, port })
    client = await MongoClient.connect(server.uri, { heartbeatFrequencyMS: 500, minHeartbeatFrequencyMS: 50 })
  })

  afterAll(async () => {
    await client?.close()
    await server?.end('SIGTERM')
    await folder?.[Symbol.asyncDispose]()
  })

  it.each(
    Array.from({ length: ROUNDS }, (_, round) => round),
  )('round %i: what was acknowledged is there, once and whole', async (round) => {
    if (round % ROUNDS_PER_BOOK === 0) {
      books = new Books(client.db(`books${round}`))
      ledger = new Ledger()
      await books.begin()
    }
    let over = false
    const load = runLoad(client, books, ledger, round, () => over)
    try {
      await Promise.race([load, ledger.after(40 + ((round * 37) % 160))])
      await server.end('SIGKILL')
      server = await startServerProcess({ dataDir: folder.path, port })
      // some of the load goes on first, on what was brought back
      await Promise.race([load, ledger.after(20)])
    } finally {
      over = true
    }
    await load
    await audit(books, ledger)
    expect(ledger.unsure.size).toBeLessThan(ledger.acknowledged)
  })
})
