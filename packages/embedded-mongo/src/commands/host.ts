import type { ObjectId, Timestamp } from 'bson'
import type { Engine } from '../engine/engine.ts'
import type { Connection } from '../wire/connection.ts'
import type { Traffic } from '../wire/listener.ts'
import type { Command } from './command.ts'
import type { Cursors } from './cursors.ts'
import type { FailPoints } from './fail-points.ts'
import type { Operations } from './operations.ts'
import type { Parameters } from './parameters.ts'
import type { Sessions } from './sessions.ts'
import type { SnapshotReads } from './snapshot-reads.ts'

/** What all commands share: the data and the state of the running server. */
export interface Host {
  readonly engine: Engine
  readonly sessions: Sessions
  readonly cursors: Cursors
  readonly failPoints: FailPoints
  readonly parameters: Parameters
  readonly snapshots: SnapshotReads
  readonly operations: Operations
  readonly replicaSet: string
  readonly processId: ObjectId
  readonly electionId: ObjectId
  readonly startedAt: Date
  now(): number
  /** The address that clients are told to use, for one that came in on `localAddress`. */
  addressFor(localAddress: string): string
  /** Those that are open. */
  connections(): Iterable<Connection>
  traffic(): Traffic
  clusterTime(): Timestamp
  command(name: string): Command | undefined
  commands(): Iterable<Command>
}
