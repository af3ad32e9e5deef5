import { parentPort, workerData } from 'node:worker_threads'
import { EmbeddedServer } from './server.ts'
import { DataDirInUseError } from './storage/damage.ts'

/** What the thread tells the one that started it. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly uri: string; readonly port: number }
  | { readonly kind: 'refused'; readonly dataDirInUse: string | null; readonly message: string }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'closed' }

/** What the thread is started with. */
export interface WorkerOptions {
  readonly dataDir: string | null
  readonly host: string
  readonly port: number
  readonly replicaSet: string
  readonly ttlSweepMs: number | undefined
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function run(options: WorkerOptions): Promise<void> {
  let server: EmbeddedServer
  try {
    server = await EmbeddedServer.start({
      ...options,
      onError: (error) => tell({ kind: 'error', message: messageOf(error) }),
    })
  } catch (error) {
    tell({
      kind: 'refused',
      dataDirInUse: error instanceof DataDirInUseError ? error.dataDir : null,
      message: messageOf(error),
    })
    return
  }
  parentPort?.once('message', () => {
    server
      .close()
      .catch((error) => tell({ kind: 'error', message: messageOf(error) }))
      .finally(() => {
        tell({ kind: 'closed' })
        parentPort?.close()
      })
  })
  tell({ kind: 'ready', uri: server.uri, port: server.port })
}

await run(workerData)
