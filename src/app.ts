import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { type AdminPage, adminPage } from './admin/page.ts'
import {
  type Brain,
  chooseBrain,
  createOfflineBrain,
  createSalesAgent,
  startProactive,
} from './agent/index.ts'
import type { Config } from './config.ts'
import { docsPages } from './docs/pages.ts'
import {
  ensureAdmin,
  familyRevoked,
  peekAccessToken,
  signInAdmin,
  startRevocationFeed,
  verifyAccessToken,
} from './features/accounts/index.ts'
import { catalogVocabulary, drawImage } from './features/catalog/index.ts'
import { type ConversationOptions, startConversations } from './features/conversation/index.ts'
import { startInventoryFeed } from './features/inventory/index.ts'
import type { Jobs } from './jobs/schedule.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { clusterLimit } from './platform/cluster-limit.ts'
import { ensureCollections } from './platform/collection.ts'
import type { Context } from './platform/context.ts'
import { createDomainEvents } from './platform/domain-events.ts'
import { type Ids, systemIds } from './platform/ids.ts'
import { createLogger } from './platform/logger.ts'
import { createMetrics, type Metrics } from './platform/metrics.ts'
import { connectMongo, whileStarting } from './platform/mongo.ts'
import { measureRooms } from './room-metrics.ts'
import { COLLECTIONS, events, routes, subscribeRooms, webhooks } from './rooms.ts'
import { seedIfEmpty } from './seed.ts'
import { shopPage } from './shop-page.ts'
import type { Pages } from './transport/http/pages.ts'
import { buildHttpDoor } from './transport/http/server.ts'
import { createOrigins } from './transport/origins.ts'
import { openSocketDoor } from './transport/socket/server.ts'
import type { ShopServer } from './transport/socket/shop-socket.ts'
import type { TokenCheck } from './transport/token-check.ts'

/** How long a stop waits for the events under way, and then for the requests. */
const DRAIN_MS = 2_000
const IMAGE_KEPT_S = 24 * 60 * 60

export interface App {
  /** Not listening yet. */
  readonly http: Server
  readonly io: ShopServer
  readonly ctx: Context
  /** Loads what only conversations need; for when the shop already serves. */
  prepare(): Promise<void>
  /** Finishes what is under way, then lets go of every connection, timer and worker. */
  close(): Promise<void>
}

export interface Overrides {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly log?: Logger
  /** Whether the background jobs run; true without it. */
  readonly jobs?: boolean
  /** Who decides what the agent does; the offline brain without it. */
  readonly brain?: Brain
  /** How patient the conversations are with instances that are silent. */
  readonly conversations?: ConversationOptions
}

/**
 * Puts the whole shop together on a database. It never listens, prints or exits.
 * `config` must name a database and at least one signing key.
 */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const uri = config.mongo.uri
  if (uri === undefined || config.jwtSecrets === undefined) {
    throw new Error('buildApp needs a database URI and a signing key')
  }
  const log = overrides.log ?? (await createLogger(config))
  const { client, db } = await connectMongo(config, uri)
  const ctx: Context = {
    config,
    client,
    db,
    log,
    clock: overrides.clock ?? systemClock,
    ids: overrides.ids ?? systemIds,
    events: createDomainEvents(log),
    instanceId: randomUUID(),
  }
  const closers: Array<() => Promise<void>> = [() => client.close()]
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error: unknown) => log.error({ err: error }, 'a part did not close cleanly'))
    }
  }
  try {
    return { ...(await open(ctx, overrides, closers)), ctx, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function open(
  ctx: Context,
  overrides: Overrides,
  closers: Array<() => Promise<void>>,
): Promise<Pick<App, 'http' | 'io' | 'prepare'>> {
  const { config } = ctx
  await whileStarting(ctx.log, async () => {
    await ensureCollections(ctx.db, COLLECTIONS)
    await Promise.all([ensureAdmin(ctx), seedIfEmpty(ctx)])
  })
  const metrics = createMetrics()
  const tokens: TokenCheck = { verify: verifyAccessToken, peek: peekAccessToken }
  const origins = createOrigins(config.corsOrigins)
  const admin = adminPage()
  let draining = false
  const http = buildHttpDoor({
    ctx,
    metrics,
    tokens,
    origins,
    limit: clusterLimit(ctx, 'api', config.rates.api),
    handlers: routes,
    webhooks,
    pages: allPages(admin),
    signInAdmin,
    adminPage: admin.html,
    version: packageJson.version,
    checks: {
      revocations: () => revocations.state() === 'open',
      inventory: () => inventory.state() === 'open',
      conversations: () => conversations.hears(),
    },
    draining: () => draining,
  })
  const sockets = openSocketDoor({
    ctx,
    http,
    tokens,
    origins,
    metrics,
    limit: clusterLimit(ctx, 'events', config.rates.events),
    draining: () => draining,
    signInAdmin,
    handlers: events,
  })
  const revocations = startRevocationFeed(ctx, sockets)
  const inventory = startInventoryFeed(ctx, sockets.io)
  closers.push(
    () => revocations.close(),
    () => inventory.close(),
  )
  ctx.events.subscribe(familyRevoked, ({ familyId }) => sockets.endFamily(familyId))
  closers.push(subscribeRooms(ctx, sockets.io))
  const offline = createOfflineBrain()
  const agent = createSalesAgent(ctx, overrides.brain ?? chooseBrain(ctx, offline, metrics))
  const conversations = startConversations(ctx, sockets.io, agent, overrides.conversations)
  const proactive = startProactive(ctx)
  measureRooms(ctx, metrics, conversations)
  closers.push(
    () => conversations.close(),
    () => sockets.close(DRAIN_MS),
  )
  const jobs = overrides.jobs === false ? undefined : await beginJobs(ctx, metrics)
  closers.push(async () => {
    draining = true
    // the longest way: 2 s for events, 4 s for runs, and 2 s for requests when all that is over
    const talk = async () => {
      await sockets.settle(DRAIN_MS)
      await conversations.drain()
    }
    await Promise.all([talk(), jobs?.close(), proactive.close()])
  })
  await Promise.all([revocations.opened, inventory.opened, conversations.opened])
  return { http, io: sockets.io, prepare: async () => offline.prepare(await catalogVocabulary(ctx)) }
}

/** The demo shop, the reference, the admin UI's files, and the pictures of the demo's products, which are drawn as they are asked for. */
function allPages(admin: AdminPage): Pages {
  const docs = docsPages(packageJson.version)
  const shop = shopPage()
  return (path) => {
    if (!path.startsWith('/images/')) return shop(path) ?? docs(path) ?? admin.files(path)
    const image = drawImage(path)
    return image === null ? undefined : { type: image.type, body: () => image.body, maxAge: IMAGE_KEPT_S }
  }
}

/** Loaded last: the scheduler is no part of being ready. */
async function beginJobs(ctx: Context, metrics: Metrics): Promise<Jobs> {
  const { startJobs } = await import('./jobs/schedule.ts')
  return startJobs(ctx, metrics)
}
