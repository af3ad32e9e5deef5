import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { DamagedStoreError, DataDirInUseError, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { whenParentGone } from '../src/platform/parent-process.ts'

const HIGHEST_PORT = 65_535

function readPort(text: string | undefined): number {
  const port = Number(text ?? 27_017)
  if (Number.isInteger(port) && port >= 0 && port <= HIGHEST_PORT) return port
  throw new RangeError(`DB_PORT must be a port from 0 to ${HIGHEST_PORT}, not ${text}`)
}

function explain(error: unknown): string {
  if (error instanceof DataDirInUseError) return `${error.dataDir} is in use by another process`
  if (error instanceof DamagedStoreError || error instanceof RangeError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

try {
  const port = readPort(process.env.DB_PORT)
  const dataDir = resolve(process.env.DATA_DIR ?? './.data')
  mkdirSync(dataDir, { recursive: true })
  const server = await startEmbeddedMongo({
    dataDir,
    port,
    host: process.env.HOST ?? '127.0.0.1',
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
