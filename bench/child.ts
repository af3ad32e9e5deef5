import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const READY_MS = 60_000

/** A server of ours in a process of its own. */
export interface Child {
  /** What follows `ready ` on its line. */
  readonly address: string
  /** Milliseconds from the start to that line. */
  readonly readyAfterMs: number
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** Starts a script under this Node and waits for its line `ready …`. */
export async function startChild(
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<Child> {
  const started = performance.now()
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${script} was not ready after ${READY_MS} ms`)),
      READY_MS,
    )
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)))
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('ready ')) return
      clearTimeout(timer)
      resolve(line.slice('ready '.length))
    })
  })
  return {
    address,
    readyAfterMs: performance.now() - started,
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    },
  }
}
