import { setTimeout as pause } from 'node:timers/promises'
import {
  type Db,
  MongoClient,
  MongoClientClosedError,
  MongoError,
  MongoExpiredSessionError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from 'mongodb'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { ShopError } from './errors.ts'

/** A database that is down or hangs is noticed and answered for well within 10 s: two of these in a row. */
const SELECTION_MS = 3_000
const CONNECT_MS = 2_000
const HEARTBEAT_MS = 2_000
const RETRY_AFTER_S = 5

/** Server codes that mean: this node cannot serve now, another try may. */
const AWAY_CODES = new Set([
  6, 7, 50, 89, 91, 112, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436, 46841, 251,
])

export interface Mongo {
  readonly client: MongoClient
  readonly db: Db
}

/**
 * Connects to the configured database.
 * @throws the driver's error when it cannot be reached within a few seconds
 */
export async function connectMongo(config: Config, uri: string): Promise<Mongo> {
  const client = new MongoClient(uri, {
    appName: 'floorwalker',
    minPoolSize: config.mongo.minPool,
    maxPoolSize: config.mongo.maxPool,
    serverSelectionTimeoutMS: SELECTION_MS,
    connectTimeoutMS: CONNECT_MS,
    heartbeatFrequencyMS: HEARTBEAT_MS,
    waitQueueTimeoutMS: SELECTION_MS,
    ignoreUndefined: true,
    writeConcern: { w: 'majority' },
  })
  try {
    await client.connect()
  } catch (error) {
    await client.close()
    throw error
  }
  return { client, db: client.db(config.mongo.database) }
}

const START_TRIES = 10
const START_PAUSE_MS = 1_000

/**
 * Does what a start needs of the database, and does it again when the database goes away meanwhile, as it may when all
 * is started at once. The work must bear to be repeated.
 * @throws what the work throws, for a mistake of ours at once, otherwise after ten tries
 */
export async function whileStarting<T>(
  log: Logger,
  work: () => Promise<T>,
  pauseMs = START_PAUSE_MS,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries === START_TRIES || !isDatabaseAway(error)) throw error
      log.warn({ err: error, tries }, 'the database went away during the start; trying again')
      await pause(pauseMs)
    }
  }
}

/** Whether an error says that the database is away or too busy, as opposed to a mistake of ours. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof MongoServerError) {
    return (
      AWAY_CODES.has(Number(error.code)) ||
      error.hasErrorLabel('TransientTransactionError') ||
      error.hasErrorLabel('RetryableWriteError')
    )
  }
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoNotConnectedError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoClientClosedError ||
    error instanceof MongoExpiredSessionError ||
    error instanceof MongoOperationTimeoutError ||
    (error instanceof MongoError && POOL_ERRORS.has(error.name)) ||
    isSocketError(error)
  )
}

/** The driver passes on what a half-closed socket says to a write, as it is. */
function isSocketError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && SOCKET_CODES.has(String(error.code))
}

const SOCKET_CODES = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])
const POOL_ERRORS = new Set(['MongoPoolClosedError', 'MongoPoolClearedError', 'MongoWaitQueueTimeoutError'])

/** What a client is told of any error: itself if expected, `unavailable` if the database is away, else `internal`. */
export function toShopError(error: unknown): ShopError {
  if (error instanceof ShopError) return error
  if (isDatabaseAway(error)) {
    return new ShopError('unavailable', undefined, { retryAfter: RETRY_AFTER_S }, { cause: error })
  }
  return new ShopError('internal', undefined, {}, { cause: error })
}
