import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { History } from './history.ts'

const ROOT = join(import.meta.dirname, '../..')
const READY_MS = 60_000

/** A server of ours that dies and comes back on the same port. */
export class ServerProcess {
  readonly name: string
  readonly #script: string
  readonly #variables: (port: number) => Record<string, string>
  readonly #history: History
  #child: ChildProcess | undefined
  #meant = false
  #port = 0

  constructor(
    name: string,
    script: string,
    variables: (port: number) => Record<string, string>,
    history: History,
  ) {
    this.name = name
    this.#script = script
    this.#variables = variables
    this.#history = history
  }

  /** 0 before the first start. */
  get port(): number {
    return this.#port
  }

  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(ROOT, this.#script)], {
      env: { PATH: process.env.PATH ?? '', LOG_LEVEL: 'error', ...this.#variables(this.#port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#meant = false
    let said = ''
    child.stderr.on('data', (piece: Buffer) => {
      said = (said + piece.toString()).slice(-2_000)
    })
    child.once('exit', (code, signal) => {
      this.#history.check(
        9,
        this.#meant,
        `${this.name} ended by itself (${signal ?? code}): ${said}`,
        this.name,
      )
    })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new Error(`${this.name} was not ready in time`)), READY_MS)
    createInterface(child.stdout).on('line', (line) => {
      const port = /^ready \S+?:\/\/[^:/]+:(\d+)/.exec(line)?.[1]
      if (port === undefined) return
      this.#port = Number(port)
      resolve()
    })
    child.once('exit', () => resolve())
    await promise
    clearTimeout(timer)
    this.#history.note('fault', `${this.name} serves`, this.name)
  }

  /** Sends a signal; after one that ends it, resolves when it is gone. */
  async signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#child
    if (child === undefined || !this.alive) return
    this.#history.note('fault', `${signal} to ${this.name}`, this.name)
    const ends = signal === 'SIGKILL' || signal === 'SIGTERM'
    if (ends) this.#meant = true
    const gone = ends ? once(child, 'exit') : undefined
    child.kill(signal)
    await gone
  }
}
