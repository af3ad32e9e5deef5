import { enableCompileCache } from 'node:module'
import { dirname } from 'node:path'

// before anything of ours is loaded: the second start finds it compiled, and so do the worker threads, which go by the variable
const { directory } = enableCompileCache()
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= dirname(directory)

try {
  const { readConfig } = await import('./config.ts')
  const config = readConfig(process.env)
  const { runProcess } = await import('./process.ts')
  await runProcess(config, { byNpm: process.env.npm_lifecycle_event !== undefined })
} catch (error) {
  process.stderr.write(
    `Floorwalker could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exit(1)
}
