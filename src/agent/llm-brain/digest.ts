import { z } from 'zod'
import type { ToolOutcome } from '../brain.ts'

/** What a model need not read: pictures, times, and what only machines use. */
const LEFT_OUT = new Set([
  ...['images', 'image', 'slug', 'createdAt', 'updatedAt', 'score', 'revision', 'hash', 'version'],
  ...['requestId', 'type', 'title', 'status_code'],
])
const LONGEST_TEXT = 300
const MOST_ENTRIES = 20
const MOST_VARIANTS = 12

/** A tool's result as a model is given it: whole in what counts, short in the rest. */
export function digestOf(outcome: ToolOutcome): string {
  if (!outcome.ok) {
    const { code, detail, errors, available, reason } = outcome.error
    return JSON.stringify({ error: { code, detail, errors, available, reason } })
  }
  return JSON.stringify(shortened(outcome.result, ''))
}

function shortened(value: unknown, field: string): unknown {
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value
  if (Array.isArray(value)) {
    const most = field === 'variants' ? MOST_VARIANTS : MOST_ENTRIES
    return value.slice(0, most).map((entry) => shortened(entry, field))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !LEFT_OUT.has(name))
      .map(([name, inner]) => [name, shortened(inner, name)]),
  )
}

/** A tool call of an earlier run, kept so that "the second one" means something in the next. */
export const Note = z.object({ name: z.string(), args: z.string(), result: z.string() })
export type Note = z.infer<typeof Note>

const LONGEST_NOTE = 3000

export function noteOf(outcome: ToolOutcome): Note {
  return {
    name: outcome.name,
    args: JSON.stringify(outcome.args ?? {}).slice(0, LONGEST_TEXT),
    result: digestOf(outcome).slice(0, LONGEST_NOTE),
  }
}
