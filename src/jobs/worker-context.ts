import { randomUUID } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { type Config, readConfig } from '../config.ts'
import { systemClock } from '../platform/clock.ts'
import type { Context } from '../platform/context.ts'
import type { DomainEvents } from '../platform/domain-events.ts'
import { systemIds } from '../platform/ids.ts'
import { createLogger } from '../platform/logger.ts'
import { connectMongo } from '../platform/mongo.ts'

/** What the scheduler gives a worker. */
export interface JobData {
  readonly config: Config
}

/** A domain event on its way from a worker to the process that holds the sockets. */
export interface ForwardedEvent {
  readonly type: 'event'
  readonly name: string
  readonly payload: unknown
}

/** What a worker tells about a round of its job that has ended. */
export interface JobRound {
  readonly type: 'round'
  readonly outcome: 'done' | 'failed'
  readonly seconds: number
}

export function isJobRound(message: unknown): message is JobRound {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'round'
}

export function isForwardedEvent(message: unknown): message is ForwardedEvent {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'event'
}

export interface WorkerContext {
  readonly ctx: Context
  close(): Promise<void>
}

/** The world of a worker: the scheduler's configuration, or the environment's when it is run by hand. */
export async function openWorkerContext(): Promise<WorkerContext> {
  const config = isJobData(workerData) ? workerData.config : readConfig(process.env)
  const uri = config.mongo.uri
  if (uri === undefined) throw new Error('a worker needs MONGODB_URI')
  const log = (await createLogger(config)).child({ worker: true })
  const { client, db } = await connectMongo({ ...config, mongo: { ...config.mongo, minPool: 0 } }, uri)
  const ctx: Context = {
    config,
    client,
    db,
    log,
    clock: systemClock,
    ids: systemIds,
    events: forwardingEvents,
    instanceId: randomUUID(),
  }
  return { ctx, close: () => client.close() }
}

function isJobData(data: unknown): data is JobData {
  return typeof data === 'object' && data !== null && 'config' in data
}

/** A worker has no sockets: what happened is told to the process that has. */
const forwardingEvents: DomainEvents = {
  publish(event, payload) {
    parentPort?.postMessage({ type: 'event', name: event.name, payload } satisfies ForwardedEvent)
  },
  subscribe: () => () => false,
}
