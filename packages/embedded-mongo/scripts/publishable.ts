import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * `make` lets package.json speak of the JavaScript in `dist` while npm packs, `undo` of the sources again: Node strips
 * types for who works on this package, but not for who has installed it.
 */
const ROOT = join(import.meta.dirname, '..')
const MANIFEST = join(ROOT, 'package.json')
const SOURCE = join(ROOT, 'package.source.json')
const BUILT = join(ROOT, 'dist')

function make(): void {
  const text = readFileSync(MANIFEST, 'utf8')
  const { publishConfig, scripts, devDependencies, ...rest } = JSON.parse(text)
  const { access, ...published } = publishConfig
  writeFileSync(SOURCE, text)
  const manifest = { ...rest, ...published, publishConfig: { access } }
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Also after a `make` that was interrupted. */
function undo(): void {
  if (existsSync(SOURCE)) renameSync(SOURCE, MANIFEST)
  rmSync(BUILT, { recursive: true, force: true })
}

const [step] = process.argv.slice(2)
if (step === 'make') make()
else if (step === 'undo') undo()
else {
  process.stderr.write('usage: node scripts/publishable.ts make | undo\n')
  process.exitCode = 2
}
