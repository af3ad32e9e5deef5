import { type EmbeddedMongoOptions, startEmbeddedMongo } from '../../src/index.ts'

/** A server in a process of its own: the options come as JSON, `ready URI` goes out. */
const options: EmbeddedMongoOptions = JSON.parse(process.argv[2] ?? '{}')
try {
  const server = await startEmbeddedMongo({ inWorker: false, ...options })
  process.once('SIGTERM', () => void server.close())
  process.stdout.write(`ready ${server.uri}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`)
  process.exitCode = 1
}
