import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { EmbeddedMongoOptions } from '../../src/index.ts'

const SCRIPT = join(import.meta.dirname, 'serve.ts')
/** Where Node keeps compiled code by itself: most of a start is compiling. */
const COMPILED = join(tmpdir(), 'node-compile-cache')

/** A server in a process of its own, which can be killed. */
export interface ServerProcess {
  readonly uri: string
  /** Ends it with a signal; resolves when it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

/** @throws Error with what the process wrote to stderr when it does not start */
export function startServerProcess(options: EmbeddedMongoOptions): Promise<ServerProcess> {
  return startScript(SCRIPT, [JSON.stringify(options)])
}

/** Runs a script that writes `ready URI` once it serves. */
export async function startScript(script: string, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  })
  const exited = once(child, 'exit')
  const complaint = text(child.stderr)
  const ready = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length))
    })
  })
  const failed = exited.then(async () => {
    throw new Error(await complaint)
  })
  failed.catch(() => undefined)
  const uri = await Promise.race([ready, failed])
  return {
    uri,
    async end(signal) {
      child.kill(signal)
      await exited
    },
  }
}
