import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from './config.ts'
import { createLogger } from './platform/logger.ts'
import { whenParentGone } from './platform/parent-process.ts'
import { signingSecret } from './platform/signing-secret.ts'

/** A stop that takes longer is cut short. */
const STOP_MS = 9_000

/**
 * One instance from start to signal. Resolves when it serves; a second signal, or a stop of more than 9 s, ends it at once.
 * `byNpm`: npm started it, through a shell that may go without a word. Throws what keeps it from starting.
 */
export async function runProcess(config: Config, { byNpm }: { byNpm: boolean }): Promise<void> {
  const log = await createLogger(config)
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected unheard'))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an exception was not caught')
    process.exit(1)
  })
  const { startEmbeddedMongo } = await import('@floorwalker/embedded-mongo')
  // first, so that its thread opens the files while this one loads the shop
  const embedded =
    config.mongo.uri === undefined ? startEmbeddedMongo({ dataDir: config.dataDir }) : undefined
  const [database, secrets, { buildApp }] = await Promise.all([
    embedded,
    config.jwtSecrets ?? signingSecret(config.dataDir).then((secret) => [secret]),
    import('./app.ts'),
  ])
  const uri = config.mongo.uri ?? database?.uri
  const app = await buildApp({ ...config, jwtSecrets: secrets, mongo: { ...config.mongo, uri } }, { log })

  let stopping = false
  const stop = async (reason: string): Promise<void> => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ reason }, 'stopping')
    setTimeout(() => process.exit(1), STOP_MS).unref()
    await app.close()
    await database?.close()
    log.info('stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
  if (byNpm) {
    whenParentGone(() => {
      if (!stopping) void stop('the parent process has ended')
    })
  }

  const port = await listen(app.http, config)
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  process.stdout.write(`ready http://${host}:${port}\n`)
  await app.prepare().catch((error: unknown) => {
    // the first question brings it about as well, and a stop takes the database away from it
    if (!stopping) log.warn({ err: error }, 'the agent could not be prepared yet')
  })
}

async function listen(http: Server, { host, port }: Config): Promise<number> {
  http.listen(port, host)
  await once(http, 'listening')
  return (http.address() as AddressInfo).port
}
