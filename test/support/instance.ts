import { randomBytes, randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { type Clock, systemClock } from '../../src/platform/clock.ts'
import { type CollectionDeclaration, ensureCollections } from '../../src/platform/collection.ts'
import type { Context } from '../../src/platform/context.ts'
import { createDomainEvents } from '../../src/platform/domain-events.ts'
import { systemIds } from '../../src/platform/ids.ts'

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void
}

export function testClock(start = new Date('2026-01-01T00:00:00Z')): TestClock {
  let now = start.getTime()
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds
    },
  }
}

export interface Instance {
  readonly ctx: Context
  close(): Promise<void>
}

/** The context of one instance on a database, without doors: for testing what lies below them. */
export async function startInstance(options: {
  uri: string
  database?: string
  clock?: Clock
  collections: readonly CollectionDeclaration[]
}): Promise<Instance> {
  const client = new MongoClient(options.uri, { ignoreUndefined: true, writeConcern: { w: 'majority' } })
  await client.connect()
  const db = client.db(options.database ?? `instance_${randomBytes(6).toString('hex')}`)
  await ensureCollections(db, options.collections)
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const ctx: Context = {
    config: readConfig({ NODE_ENV: 'test', JWT_SECRET: randomBytes(32).toString('hex') }),
    client,
    db,
    clock: options.clock ?? systemClock,
    ids: systemIds,
    log,
    events: createDomainEvents(log),
    instanceId: randomUUID(),
  }
  return { ctx, close: () => client.close() }
}
