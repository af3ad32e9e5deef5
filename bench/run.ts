import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Figure, printTable } from './figures.ts'
import { SECTIONS } from './sections.ts'

const RESULTS = join(import.meta.dirname, 'results.json')

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in SECTIONS))
if (unknown.length > 0) {
  process.stderr.write(`usage: npm run bench -- [${Object.keys(SECTIONS).join(' | ')}] ...\n`)
  process.exit(2)
}
const figures: Figure[] = []
for (const [name, measure] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  process.stdout.write(`measuring: ${name}\n`)
  figures.push(...(await measure()))
}
printTable(figures)
await writeFile(
  RESULTS,
  `${JSON.stringify({ at: new Date().toISOString(), node: process.version, figures }, null, 2)}\n`,
)
