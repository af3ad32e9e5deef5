import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { z } from 'zod'

const ROOT = resolve(import.meta.dirname, '..')
const given = process.argv.slice(2)
const folders = given.filter((argument) => !argument.startsWith('--'))
const SPEC_DIR = resolve(folders[0] ?? process.env.MONGO_SPEC_DIR ?? join(ROOT, '../shared/mongo-spec'))
/** Everything else, such as `--only=crud`, is for the runner. */
const RUNNER_OPTIONS = given.filter((argument) => argument.startsWith('--'))
const EXPECTED = join(ROOT, 'packages/embedded-mongo/spec/expected-failures.json')

const Expected = z.array(z.strictObject({ file: z.string(), test: z.string(), reason: z.string().min(10) }))
const Results = z.array(
  z.object({
    file: z.string(),
    test: z.string(),
    res: z.enum(['pass', 'fail', 'skip']),
    note: z.string().nullish(),
  }),
)
type Result = z.infer<typeof Results>[number]

/** The runner needs the driver beside it, and its folder may be read-only: it runs in a copy. */
function copyRunner(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mongo-spec-'))
  for (const name of ['run.mjs', 'package.json', 'tests']) {
    cpSync(join(SPEC_DIR, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return folder
}

function run(folder: string, uri: string, report: string): Promise<number> {
  const { promise, resolve: done, reject } = Promise.withResolvers<number>()
  const args = ['run.mjs', uri, 'tests', '--skips', `--json=${report}`, ...RUNNER_OPTIONS]
  const runner = spawn(process.execPath, args, { cwd: folder, stdio: 'inherit' })
  runner.on('error', reject)
  runner.on('exit', (code) => done(code ?? 1))
  return promise
}

const nameOf = ({ file, test }: { readonly file: string; readonly test: string }): string =>
  `${file} :: ${test}`

function compare(results: readonly Result[]): boolean {
  const expected = new Set(Expected.parse(JSON.parse(readFileSync(EXPECTED, 'utf8'))).map(nameOf))
  const failed = results.filter(({ res }) => res === 'fail')
  const unexpected = failed.filter((result) => !expected.has(nameOf(result)))
  const healed = results.filter((result) => result.res === 'pass' && expected.has(nameOf(result)))
  for (const result of unexpected) process.stdout.write(`failed and not in the list: ${nameOf(result)}\n`)
  for (const result of healed) process.stdout.write(`in the list, but passes: ${nameOf(result)}\n`)
  const passed = results.filter(({ res }) => res === 'pass').length
  const skipped = results.filter(({ res }) => res === 'skip').length
  process.stdout.write(
    `mongo-spec: ${passed} passed, ${failed.length} failed (${failed.length - unexpected.length} of them expected), ${skipped} do not apply\n`,
  )
  return passed > 0 && unexpected.length === 0 && healed.length === 0
}

if (!existsSync(join(SPEC_DIR, 'run.mjs'))) {
  process.stdout.write(
    `mongo-spec: SKIPPED, there is no runner at ${SPEC_DIR} (name its folder as an argument or in MONGO_SPEC_DIR)\n`,
  )
} else {
  const server = await startEmbeddedMongo()
  const folder = copyRunner()
  try {
    const report = join(folder, 'report.json')
    await run(folder, server.uri, report)
    if (!compare(Results.parse(JSON.parse(readFileSync(report, 'utf8'))))) process.exitCode = 1
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
