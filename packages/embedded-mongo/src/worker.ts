import { parentPort, workerData } from 'node:worker_threads'
import { EmbeddedServer, type ServerOptions } from './server.ts'
import { DamagedStoreError, DataDirInUseError } from './storage/damage.ts'

/** What the thread tells the one that started it. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly uri: string; readonly port: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'closed' }

/** Why the thread does not start, in a form that crosses to the other. */
export type Refusal =
  | { readonly kind: 'in use'; readonly dataDir: string }
  | { readonly kind: 'damaged'; readonly file: string; readonly why: string }
  | { readonly kind: 'other'; readonly message: string }

/** What the thread is started with. */
export type WorkerOptions = Omit<ServerOptions, 'onError'>

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function refusal(error: unknown): Refusal {
  if (error instanceof DataDirInUseError) return { kind: 'in use', dataDir: error.dataDir }
  if (error instanceof DamagedStoreError) return { kind: 'damaged', file: error.file, why: error.why }
  return { kind: 'other', message: messageOf(error) }
}

async function run(options: WorkerOptions): Promise<void> {
  let server: EmbeddedServer
  try {
    server = await EmbeddedServer.start({
      ...options,
      onError: (error) => tell({ kind: 'error', message: messageOf(error) }),
    })
  } catch (error) {
    tell({ kind: 'refused', refusal: refusal(error) })
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
