import { Worker } from 'node:worker_threads'
import { EmbeddedServer } from './server.ts'
import { DataDirInUseError } from './storage/damage.ts'
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

/**
 * Starts a MongoDB 7 compatible server: a replica set of one member.
 * @throws DataDirInUseError when another process holds `dataDir`
 */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions = {}): Promise<EmbeddedMongo> {
  const complete: WorkerOptions = {
    dataDir: options.dataDir ?? null,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    replicaSet: options.replicaSet ?? 'rs0',
    ttlSweepMs: options.ttlSweepMs,
  }
  const onError = options.onError ?? ((error: Error) => process.emitWarning(error))
  if (options.inWorker !== false) return startInWorker(complete, onError)
  const server = await EmbeddedServer.start({
    ...complete,
    onError: (error) => onError(error instanceof Error ? error : new Error(String(error))),
  })
  return { uri: server.uri, port: server.port, close: () => server.close() }
}

function startInWorker(options: WorkerOptions, onError: (error: Error) => void): Promise<EmbeddedMongo> {
  const { promise, resolve, reject } = Promise.withResolvers<EmbeddedMongo>()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: options,
    execArgv: [],
    name: 'embedded-mongo',
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
    else if (message.kind === 'refused') {
      reject(
        message.dataDirInUse === null
          ? new Error(message.message)
          : new DataDirInUseError(message.dataDirInUse),
      )
    } else if (message.kind === 'error') onError(new Error(message.message))
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
