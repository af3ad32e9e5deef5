import { readConfig } from './config.ts'

try {
  const config = readConfig(process.env)
  const { runProcess } = await import('./process.ts')
  await runProcess(config)
} catch (error) {
  process.stderr.write(
    `Floorwalker could not start: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exit(1)
}
