import { randomUUID } from 'node:crypto'
import { DataDirInUseError, findRunningServer, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { type Config, ConfigError, readConfig } from '../src/config.ts'
import { systemClock } from '../src/platform/clock.ts'
import { ensureCollections } from '../src/platform/collection.ts'
import type { Context } from '../src/platform/context.ts'
import { createDomainEvents } from '../src/platform/domain-events.ts'
import { systemIds } from '../src/platform/ids.ts'
import { createLogger } from '../src/platform/logger.ts'
import { connectMongo } from '../src/platform/mongo.ts'
import { COLLECTIONS } from '../src/rooms.ts'

/**
 * Runs a script's work on the configured database: MONGODB_URI if set, else the server that holds DATA_DIR, else the
 * embedded database on DATA_DIR for as long as the work takes. Sets the exit code to 1 when it throws.
 */
export async function withShop(work: (ctx: Context) => Promise<void>): Promise<void> {
  try {
    const config = readConfig(process.env)
    const database = await reachDatabase(config)
    try {
      await onDatabase({ ...config, logLevel: 'error' }, database.uri, work)
    } finally {
      await database.close()
    }
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`)
    process.exitCode = 1
  }
}

interface Database {
  readonly uri: string
  close(): Promise<void>
}

async function reachDatabase({ mongo, dataDir }: Config): Promise<Database> {
  const uri = mongo.uri ?? (await findRunningServer(dataDir))
  if (uri !== undefined) return { uri, close: async () => undefined }
  try {
    return await startEmbeddedMongo({ dataDir })
  } catch (error) {
    // A shop that was just starting holds it now.
    const started = error instanceof DataDirInUseError ? await findRunningServer(dataDir) : undefined
    if (started === undefined) throw error
    return { uri: started, close: async () => undefined }
  }
}

async function onDatabase(config: Config, uri: string, work: (ctx: Context) => Promise<void>): Promise<void> {
  const log = await createLogger(config)
  const { client, db } = await connectMongo(config, uri)
  const context: Context = {
    config,
    client,
    db,
    log,
    clock: systemClock,
    ids: systemIds,
    events: createDomainEvents(log),
    instanceId: randomUUID(),
  }
  try {
    await ensureCollections(db, COLLECTIONS)
    await work(context)
  } finally {
    await client.close()
  }
}

function describe(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
