import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Dialogue, DialogueFile } from '../test/eval/dialogue.ts'
import { type PerformedDialogue, perform } from '../test/eval/perform.ts'
import { scoresOf, tableOf } from '../test/eval/scores.ts'
import { openStage } from '../test/eval/stage.ts'

const USAGE = 'usage: npm run eval:agent [-- --half train|held-out] [--only WORDS] [--quiet]\n'
const FOLDER = resolve(import.meta.dirname, '../test/eval/dialogues')
const HALVES = ['train', 'held-out'] as const
const AT_ONCE = 4

interface Options {
  readonly halves: readonly string[]
  readonly only: string
  readonly quiet: boolean
}

function optionsOf(args: readonly string[]): Options | undefined {
  let halves: readonly string[] = HALVES
  let only = ''
  let quiet = false
  for (let index = 0; index < args.length; index += 1) {
    const value = args[index + 1]
    if (args[index] === '--quiet') quiet = true
    else if (args[index] === '--half' && value !== undefined && HALVES.some((half) => half === value)) {
      halves = [value]
      index += 1
    } else if (args[index] === '--only' && value !== undefined) {
      only = value
      index += 1
    } else return undefined
  }
  return { halves, only, quiet }
}

function dialoguesOf(half: string, only: string): Dialogue[] {
  const files = readdirSync(join(FOLDER, half)).filter((file) => file.endsWith('.json'))
  return files
    .sort()
    .flatMap((file) => DialogueFile.parse(JSON.parse(readFileSync(join(FOLDER, half, file), 'utf8'))))
    .filter(({ name }) => name.includes(only))
}

async function evaluate({ halves, only, quiet }: Options): Promise<void> {
  const stage = await openStage()
  try {
    const catalog = await stage.catalog()
    const columns: Array<readonly [string, ReturnType<typeof scoresOf>]> = []
    for (const half of halves) {
      const waiting = dialoguesOf(half, only)
      const performed: PerformedDialogue[] = []
      const worker = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const done = await perform(stage, next, catalog)
          performed.push(done)
          if (!done.success && !quiet) {
            process.stdout.write(
              `${half}: ${done.name}\n${done.problems.map((problem) => `    ${problem}\n`).join('')}`,
            )
          }
        }
      }
      await Promise.all(Array.from({ length: quiet ? 1 : AT_ONCE }, worker))
      if (performed.length > 0) columns.push([half, scoresOf(performed)])
    }
    process.stdout.write(`${tableOf(columns)}\n`)
    const unasked = columns.some(([, { spentUnasked }]) => spentUnasked > 0)
    if (unasked) process.exitCode = 1
  } finally {
    await stage.close()
  }
}

const options = optionsOf(process.argv.slice(2))
if (options === undefined) {
  process.stderr.write(USAGE)
  process.exitCode = 1
} else await evaluate(options)
