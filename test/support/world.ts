import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type EmbeddedMongo, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { type Logger, pino } from 'pino'
import type { Brain } from '../../src/agent/index.ts'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { NamespaceName } from '../../src/contract/index.ts'
import { ensureUser } from '../../src/features/accounts/index.ts'
import type { ConversationOptions } from '../../src/features/conversation/index.ts'
import type { Clock } from '../../src/platform/clock.ts'
import type { Context } from '../../src/platform/context.ts'
import type { ShopServer } from '../../src/transport/socket/shop-socket.ts'
import { type Api, createApi } from './api.ts'
import { type Client, connectClient } from './client.ts'

/** A signed-in shopper with their own tokens. */
export interface Shopper {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly token: string
  readonly refreshToken: string
  /** REST calls with this shopper's token. */
  readonly api: Api
  connect<N extends NamespaceName>(namespace: N): Promise<Client<N>>
}

export interface World {
  readonly url: string
  /** The database server's URI; the world's own database is `ctx.db`. */
  readonly uri: string
  readonly ctx: Context
  /** The socket door's server, to count what it holds. */
  readonly io: ShopServer
  /** REST calls without a token. */
  readonly api: Api
  connect<N extends NamespaceName>(namespace: N, token?: string): Promise<Client<N>>
  signUp(): Promise<Shopper>
  guest(): Promise<Shopper>
  admin(): Promise<Shopper>
  close(): Promise<void>
}

export interface WorldOptions {
  /** Environment variables over the tests' own. */
  readonly config?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Who decides what the agent does; the rules brain without it. */
  readonly brain?: Brain
  /** How patient the conversations are with instances that are silent. */
  readonly conversations?: ConversationOptions
  /** Where the log goes; nowhere without it. */
  readonly log?: Logger
  /** Run the background jobs; off without it. */
  readonly jobs?: boolean
  /** Another world's database, to be a second instance on it. */
  readonly on?: World
}

export const PASSWORD = 'correct horse battery'

/** Worlds have clocks of their own: what is long past by the server's clock must not vanish from under them. */
const NO_EXPIRY = { ttlSweepMs: 24 * 60 * 60 * 1000 }
let shared: Promise<EmbeddedMongo> | undefined
let users = 0

/** The test file's database server, started when it is first wanted and ended with the last world. */
async function borrowServer(): Promise<EmbeddedMongo> {
  users += 1
  shared ??= startEmbeddedMongo(NO_EXPIRY)
  return shared
}

async function giveServerBack(): Promise<void> {
  users -= 1
  if (users > 0 || shared === undefined) return
  const server = await shared
  shared = undefined
  await server.close()
}

/** A whole shop on a free port and a database of its own. Close it when the test is done. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const server = await borrowServer()
  const config = readConfig({
    NODE_ENV: 'test',
    PORT: '0',
    MONGODB_URI: server.uri,
    MONGODB_DB: options.on?.ctx.config.mongo.database ?? `world_${randomBytes(6).toString('hex')}`,
    JWT_SECRET: options.on?.ctx.config.jwtSecrets?.join(',') ?? randomBytes(32).toString('base64url'),
    BCRYPT_COST: '10',
    SEED_DEMO: 'false',
    RATE_LIMIT_API: '100000/1m',
    RATE_LIMIT_EVENTS: '100000/1m',
    ...options.config,
  })
  const app = await buildApp(config, {
    log: options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' }),
    jobs: options.jobs ?? false,
    ...(options.brain === undefined ? {} : { brain: options.brain }),
    ...(options.conversations === undefined ? {} : { conversations: options.conversations }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })
  app.http.listen(0, '127.0.0.1')
  await once(app.http, 'listening')
  const url = `http://127.0.0.1:${(app.http.address() as AddressInfo).port}`
  const clients = new Set<Client<NamespaceName>>()
  const api = createApi(url)

  const connect = async <N extends NamespaceName>(namespace: N, token?: string): Promise<Client<N>> => {
    const client = await connectClient(url, namespace, token)
    clients.add(client)
    return client
  }
  const shopper = (
    answer: { user: { id: string; email: string | null }; accessToken: string; refreshToken: string },
    password: string,
  ): Shopper => ({
    id: answer.user.id,
    email: answer.user.email ?? '',
    password,
    token: answer.accessToken,
    refreshToken: answer.refreshToken,
    api: createApi(url, answer.accessToken),
    connect: (namespace) => connect(namespace, answer.accessToken),
  })
  let closed: Promise<void> | undefined
  const closeAll = async () => {
    for (const client of clients) client.close()
    await app.close()
    await giveServerBack()
  }
  const newEmail = () => `shopper-${randomBytes(5).toString('hex')}@example.com`

  return {
    url,
    uri: server.uri,
    ctx: app.ctx,
    io: app.io,
    api,
    connect,
    async signUp() {
      const answer = await api.call('signUp', {
        body: { email: newEmail(), password: PASSWORD, name: 'Asha Rao' },
      })
      return shopper(answer, PASSWORD)
    },
    async guest() {
      return shopper(await api.call('startGuest', { body: {} }), '')
    },
    async admin() {
      const email = newEmail()
      await ensureUser(app.ctx, { email, password: PASSWORD, name: 'Admin', role: 'admin' })
      return shopper(await api.call('signIn', { body: { email, password: PASSWORD } }), PASSWORD)
    },
    close() {
      // a test that closes its world early may close it again when it cleans up
      closed ??= closeAll()
      return closed
    },
  }
}
