import { TOOL_NAMES, type ToolName } from '../brain.ts'
import type { ModelPiece } from './model.ts'

export interface WantedCall {
  readonly name: ToolName
  readonly args: unknown
  /** As the model wrote them. */
  readonly written: string
}

export interface BrokenCall {
  readonly name: string
  readonly written: string
  readonly why: string
}

/** What a model's answer comes to once all its pieces are there. */
export interface Gathered {
  /** Text that has not been let out yet. */
  readonly rest: string
  readonly calls: ReadonlyArray<WantedCall | BrokenCall>
}

interface Parts {
  name: string
  args: string
}

/** Puts a model's pieces together; whole sentences come out as soon as they are there. */
export interface Gathering {
  add(piece: ModelPiece): string
  whole(): Gathered
}

const SENTENCE_END = /[.!?]\s|\n/g
const MOST_CALLS = 8

export function startGathering(): Gathering {
  let waiting = ''
  const calls = new Map<number, Parts>()
  return {
    add(piece) {
      if (piece.type === 'call') {
        const parts = calls.get(piece.index) ?? { name: '', args: '' }
        parts.name += piece.name ?? ''
        parts.args += piece.args ?? ''
        calls.set(piece.index, parts)
      }
      if (piece.type !== 'text') return ''
      waiting += piece.text
      const last = [...waiting.matchAll(SENTENCE_END)].at(-1)
      if (last === undefined) return ''
      const cut = last.index + last[0].length
      const sentences = waiting.slice(0, cut)
      waiting = waiting.slice(cut)
      return sentences
    },
    whole: () => ({
      rest: waiting,
      calls: [...calls.entries()]
        .sort(([a], [b]) => a - b)
        .slice(0, MOST_CALLS)
        .map(([, parts]) => callOf(parts)),
    }),
  }
}

export function isBroken(call: WantedCall | BrokenCall): call is BrokenCall {
  return 'why' in call
}

function callOf({ name, args }: Parts): WantedCall | BrokenCall {
  const known = TOOL_NAMES.find((tool) => tool === name)
  if (known === undefined) return { name, written: args, why: `there is no tool called ${name.slice(0, 60)}` }
  try {
    const parsed: unknown = args.trim() === '' ? {} : JSON.parse(args)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return { name: known, args: parsed, written: args }
  } catch {
    // told to the model below, like every other mistake in the arguments
  }
  return { name, written: args, why: 'the arguments must be one JSON object' }
}
