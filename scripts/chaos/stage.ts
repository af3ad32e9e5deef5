import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import type { History } from './history.ts'
import { Link } from './link.ts'
import { ServerProcess } from './server-process.ts'

/** The limits that shield a shop from floods would only slow the play down. */
const UNLIMITED = '1000000/1s'
/** Nobody renews a token. */
const LONG = '24h'
const DATABASE_NAME = 'floorwalker'

/** An instance, the way to it, and its way to the database. */
export interface StagedInstance {
  readonly server: ServerProcess
  readonly front: Link
  readonly back: Link
}

/** Real processes: one database, several instances, and a link before and behind each of them. */
export interface Stage {
  readonly database: ServerProcess
  readonly instances: readonly StagedInstance[]
  /** Past all links, for the audit. */
  readonly client: MongoClient
  close(): Promise<void>
}

export async function openStage(count: number, history: History): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'floorwalker-chaos-'))
  const database = new ServerProcess(
    'database',
    'scripts/db.ts',
    (port) => ({ DATA_DIR: folder, DB_PORT: String(port) }),
    history,
  )
  await database.start()
  const secret = randomBytes(32).toString('hex')
  const instances: StagedInstance[] = []
  for (let index = 0; index < count; index += 1) {
    const back = await Link.open(() => database.port)
    const server = new ServerProcess(
      `instance-${index}`,
      'src/main.ts',
      (port) => ({
        MONGODB_URI: `mongodb://127.0.0.1:${back.port}/?directConnection=true`,
        MONGODB_DB: DATABASE_NAME,
        PORT: String(port),
        JWT_SECRET: secret,
        BCRYPT_COST: '10',
        ACCESS_TOKEN_TTL: LONG,
        RATE_LIMIT_API: UNLIMITED,
        RATE_LIMIT_EVENTS: UNLIMITED,
      }),
      history,
    )
    await server.start()
    instances.push({ server, back, front: await Link.open(() => server.port) })
  }
  const client = new MongoClient(`mongodb://127.0.0.1:${database.port}/?directConnection=true`)
  return {
    database,
    instances,
    client,
    async close() {
      await client.close()
      for (const { server } of instances) {
        await server.signal('SIGCONT')
        await server.signal('SIGKILL')
      }
      await database.signal('SIGCONT')
      await database.signal('SIGKILL')
      for (const { front, back } of instances) await Promise.all([front.close(), back.close()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export { DATABASE_NAME }
