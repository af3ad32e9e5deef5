import { rmSync, writeFileSync } from 'node:fs'
import { ObjectId, type Timestamp } from 'bson'
import { Cursors } from './commands/cursors.ts'
import { Dispatcher } from './commands/dispatch.ts'
import { FailPoints } from './commands/fail-points.ts'
import type { Host } from './commands/host.ts'
import { Operations } from './commands/operations.ts'
import { Parameters } from './commands/parameters.ts'
import { allCommands, commandNamed } from './commands/registry.ts'
import { Sessions } from './commands/sessions.ts'
import { SnapshotReads } from './commands/snapshot-reads.ts'
import { Engine } from './engine/engine.ts'
import { advertisementFile } from './running-server.ts'
import { Listener } from './wire/listener.ts'

export interface ServerOptions {
  /** Where the data lies; null keeps it in memory alone. */
  readonly dataDir: string | null
  readonly host: string
  readonly port: number
  readonly replicaSet: string
  readonly ttlSweepMs: number | undefined
  readonly oplogBytes: number | undefined
  /** The data file may not grow beyond this; null: as far as the disk goes. */
  readonly maxFileBytes: number | null
  /** Told what goes wrong where no client waits for an answer. */
  readonly onError: (error: Error) => void
}

const SWEEP_MS = 1000
/** How long the answers of retryable writes are remembered, as MongoDB does for idle sessions. */
const REMEMBERED_MS = 30 * 60_000
const FORGET_EVERY_MS = 5 * 60_000
const ANY_ADDRESS = new Set(['0.0.0.0', '::', ''])

/** The server itself, in this thread: the engine behind a TCP port. */
export class EmbeddedServer {
  private readonly engine: Engine
  private readonly listener: Listener
  private readonly sessions: Sessions
  private readonly cursors: Cursors
  private readonly snapshots: SnapshotReads
  private readonly parameters = new Parameters()
  private readonly options: ServerOptions
  private readonly processId = new ObjectId()
  private readonly sweeper: NodeJS.Timeout
  private readonly forgetter: NodeJS.Timeout
  private closing: Promise<void> | undefined

  private constructor(options: ServerOptions, engine: Engine) {
    const now = Date.now
    this.options = options
    this.engine = engine
    this.sessions = new Sessions(now)
    this.cursors = new Cursors(now)
    this.snapshots = new SnapshotReads(now)
    this.listener = new Listener(new Dispatcher(this.hostOf(now)))
    this.sweeper = setInterval(() => this.sweep(), SWEEP_MS)
    this.sweeper.unref()
    this.forgetter = setInterval(() => engine.forgetStatements(now() - REMEMBERED_MS), FORGET_EVERY_MS)
    this.forgetter.unref()
  }

  /**
   * Opens the data and begins to listen.
   * @throws DataDirInUseError when another process holds the data
   */
  static async start(options: ServerOptions): Promise<EmbeddedServer> {
    const { dataDir, ttlSweepMs, oplogBytes, maxFileBytes, onError } = options
    const engine = Engine.open({
      dataDir,
      now: Date.now,
      oplogBytes,
      maxFileBytes,
      onError,
      ...(ttlSweepMs === undefined ? {} : { ttlSweepMs }),
    })
    const server = new EmbeddedServer(options, engine)
    try {
      await server.listener.listen(options.host, options.port)
    } catch (error) {
      await server.close()
      throw error
    }
    server.advertise()
    return server
  }

  get port(): number {
    return this.listener.port
  }

  get uri(): string {
    return `mongodb://${this.addressFor('127.0.0.1')}/?replicaSet=${this.options.replicaSet}`
  }

  /** Drops all connections, ends open transactions and writes everything down. */
  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.sweeper)
    clearInterval(this.forgetter)
    await this.listener.close()
    this.cursors.killWhere(() => true)
    for (const session of this.sessions.all()) session.abortTransaction()
    this.snapshots.close()
    const { dataDir } = this.options
    if (dataDir !== null) rmSync(advertisementFile(dataDir), { force: true })
    await this.engine.close()
  }

  private advertise(): void {
    const { dataDir } = this.options
    if (dataDir === null) return
    const advertisement = {
      uri: this.uri,
      port: this.port,
      pid: process.pid,
      processId: this.processId.toHexString(),
    }
    try {
      writeFileSync(advertisementFile(dataDir), `${JSON.stringify(advertisement)}\n`)
    } catch (error) {
      // a full disk must not keep the data from being read
      this.options.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private sweep(): void {
    this.sessions.sweep(this.parameters.transactionLifetimeMs)
    this.cursors.sweep(this.parameters.cursorTimeoutMs)
    this.snapshots.sweep()
  }

  private addressFor(localAddress: string): string {
    const { host } = this.options
    const reached = localAddress.startsWith('::ffff:') ? localAddress.slice(7) : localAddress
    const name = ANY_ADDRESS.has(host) ? reached : host
    return `${name.includes(':') ? `[${name}]` : name}:${this.port}`
  }

  private hostOf(now: () => number): Host {
    const { engine } = this
    return {
      engine,
      sessions: this.sessions,
      cursors: this.cursors,
      snapshots: this.snapshots,
      parameters: this.parameters,
      failPoints: new FailPoints(),
      replicaSet: this.options.replicaSet,
      processId: this.processId,
      electionId: new ObjectId('7fffffff0000000000000001'),
      startedAt: new Date(now()),
      now,
      addressFor: (localAddress) => this.addressFor(localAddress),
      operations: new Operations(),
      connections: () => this.listener.all,
      traffic: () => this.listener.traffic,
      command: commandNamed,
      commands: allCommands,
      clusterTime: (): Timestamp => engine.clusterTime,
    }
  }
}
