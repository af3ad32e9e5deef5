import type { Db, MongoClient } from 'mongodb'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Clock } from './clock.ts'
import type { DomainEvents } from './domain-events.ts'
import type { Ids } from './ids.ts'

/** What every command is given: the world outside the code, owned by whoever composes it. */
export interface Context {
  readonly config: Config
  readonly client: MongoClient
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly events: DomainEvents
  /** Names this process among the instances on one database; a new one at each start. */
  readonly instanceId: string
}
