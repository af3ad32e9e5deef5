import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DamagedStoreError, DataDirInUseError } from './storage/damage.ts'
import type { WorkerMessage, WorkerOptions } from './worker.ts'

export interface EmbeddedMongoOptions {
  /** Where the data lies. Absent or null: in memory alone, gone with the process. */
  readonly dataDir?: string | null
  /** The address to listen on; 127.0.0.1 unless told. */
  readonly host?: string
  /** 0, or absent: a free one. */
  readonly port?: number
  readonly replicaSet?: string
  /** Runs in a thread of its own, so that queries never hold up the caller's event loop. True unless told. */
  readonly inWorker?: boolean
  /** Milliseconds between two looks for documents that TTL indexes let expire. */
  readonly ttlSweepMs?: number
  /** How many bytes of the past change streams can resume from; 64 MB unless told. */
  readonly oplogBytes?: number
  /** The data file may not grow beyond this: writes that need more are refused as on a full disk. */
  readonly maxFileBytes?: number
  /** Told what goes wrong where no client waits for an answer. */
  readonly onError?: (error: Error) => void
}

export interface EmbeddedMongo {
  /** For the official drivers, such as `mongodb://127.0.0.1:27017/?replicaSet=rs0`. */
  readonly uri: string
  readonly port: number
  /** Drops the clients and writes everything down. */
  close(): Promise<void>
}

/** Left to itself the thread would take 200 MB for what is young while it reads a large store, and keep them. */
const YOUNG_MB = 48

/**
 * Starts a MongoDB 7 compatible server: a replica set of one member.
 * @throws DataDirInUseError when another process holds `dataDir`
 * @throws DamagedStoreError when what lies there cannot be trusted
 */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions = {}): Promise<EmbeddedMongo> {
  const complete: WorkerOptions = {
    dataDir: options.dataDir ?? null,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    replicaSet: options.replicaSet ?? 'rs0',
    ttlSweepMs: options.ttlSweepMs,
    oplogBytes: options.oplogBytes,
    maxFileBytes: options.maxFileBytes ?? null,
  }
  const onError = options.onError ?? ((error: Error) => process.emitWarning(error))
  if (options.inWorker !== false) return startInWorker(complete, onError)
  // the thread that starts another has no use for the server's code
  const { EmbeddedServer } = await import('./server.ts')
  const server = await EmbeddedServer.start({
    ...complete,
    onError,
  })
  return { uri: server.uri, port: server.port, close: () => server.close() }
}

function startInWorker(options: WorkerOptions, onError: (error: Error) => void): Promise<EmbeddedMongo> {
  const { promise, resolve, reject } = Promise.withResolvers<EmbeddedMongo>()
  // what is published is JavaScript
  const worker = new Worker(new URL(`./worker${extname(import.meta.filename)}`, import.meta.url), {
    workerData: options,
    execArgv: [],
    name: 'embedded-mongo',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  })
  const exited = Promise.withResolvers<void>()
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= exited.promise
    worker.postMessage('close')
    return closing
  }
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'ready') resolve({ uri: message.uri, port: message.port, close })
    else if (message.kind === 'refused') reject(refusalOf(message))
    else if (message.kind === 'error') onError(new Error(message.message))
  })
  worker.on('error', (error) => {
    reject(error)
    onError(error instanceof Error ? error : new Error(String(error)))
  })
  worker.on('exit', () => {
    reject(new Error('the database thread ended before it was ready'))
    exited.resolve()
  })
  return promise
}

/** The error that the thread met, as the kind that callers tell apart. */
function refusalOf({ refusal }: Extract<WorkerMessage, { kind: 'refused' }>): Error {
  if (refusal.kind === 'in use') return new DataDirInUseError(refusal.dataDir)
  if (refusal.kind === 'damaged') return new DamagedStoreError(refusal.file, refusal.why)
  return new Error(refusal.message)
}
