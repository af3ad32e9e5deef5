import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { DamagedStoreError, DataDirInUseError, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { ConfigError, readConfig } from '../src/config.ts'
import { whenParentGone } from '../src/platform/parent-process.ts'

function explain(error: unknown): string {
  if (error instanceof DataDirInUseError) return `${error.dataDir} is in use by another process`
  if (error instanceof DamagedStoreError || error instanceof ConfigError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  // In production mode a secret would be asked for that a database has no use for.
  const config = readConfig({ ...process.env, NODE_ENV: undefined })
  const dataDir = resolve(config.dataDir)
  mkdirSync(dataDir, { recursive: true })
  const server = await startEmbeddedMongo({
    dataDir,
    port: config.dbPort,
    host: config.host,
    inWorker: false,
    onError: (error) => process.stderr.write(`${error.message}\n`),
  })
  const stop = (): void => {
    server.close().catch((error) => {
      process.stderr.write(`${explain(error)}\n`)
      process.exitCode = 1
    })
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (process.env.npm_lifecycle_event !== undefined) whenParentGone(stop)
  process.stdout.write(`ready ${server.uri}\n`)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
