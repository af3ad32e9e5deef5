import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../..')
const READY_MS = 20_000

/** The shop as its own process under plain Node, as `npm start` runs it. */
export interface ShopProcess {
  readonly url: string
  readonly process: ChildProcess
  /** Milliseconds from the spawn to the `ready` line. */
  readonly readyAfterMs: number
  /** Every line of the standard output so far. */
  readonly lines: readonly string[]
  /** Does something and resolves with the first line after it that has the text in it. */
  lineWith(text: string, act: () => void): Promise<string>
  /** Sends the signal and resolves with the exit code, or the signal's name when that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/** Starts `src/main.ts`, or another program of the project, with these variables on a free port and waits for `ready`. */
export async function startShopProcess(
  variables: Readonly<Record<string, string>>,
  program = 'src/main.ts',
  args: readonly string[] = [],
): Promise<ShopProcess> {
  const started = performance.now()
  const child = spawn(process.execPath, [join(ROOT, program), ...args], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const output = createInterface(child.stdout)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`not ready after ${READY_MS} ms: ${lines.join('\n')} ${errors}`))
    }, READY_MS)
    output.on('line', (line) => {
      lines.push(line)
      const ready = /^ready ((?:http|mongodb):\/\/\S+)$/.exec(line)
      if (ready?.[1] === undefined) return
      clearTimeout(timer)
      resolve(ready[1])
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code}: ${lines.join('\n')} ${errors}`))
    })
  })
  return {
    url,
    process: child,
    readyAfterMs: performance.now() - started,
    lines,
    lineWith(text, act) {
      const line = new Promise<string>((resolve) => {
        output.on('line', (candidate) => {
          if (candidate.includes(text)) resolve(candidate)
        })
      })
      act()
      return line
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit')
        child.kill(signal)
        await exit
      }
      return child.exitCode ?? child.signalCode ?? 'SIGKILL'
    },
  }
}
