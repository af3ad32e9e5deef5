import type { PerformedDialogue } from './perform.ts'

export interface Scores {
  readonly dialogues: number
  readonly turns: number
  readonly tools: number
  readonly args: number
  readonly success: number
  readonly grounded: number
  readonly spentUnasked: number
  readonly medianMs: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}

export function scoresOf(performed: readonly PerformedDialogue[]): Scores {
  const sum = (of: (dialogue: PerformedDialogue) => number) =>
    performed.reduce((total, dialogue) => total + of(dialogue), 0)
  const times = performed.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return {
    dialogues: performed.length,
    turns: sum(({ turns }) => turns),
    tools: sum(({ toolsRight }) => toolsRight) / sum(({ turns }) => turns),
    args:
      sum(({ argsRight }) => argsRight) /
      Math.max(
        1,
        sum(({ argsAsked }) => argsAsked),
      ),
    success: sum(({ success }) => (success ? 1 : 0)) / performed.length,
    grounded: sum(({ grounded }) => grounded) / sum(({ answers }) => answers),
    spentUnasked: sum(({ spentUnasked }) => (spentUnasked ? 1 : 0)),
    medianMs: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    worstMs: times.at(-1) ?? 0,
  }
}

const share = (value: number) => value.toFixed(3)
const time = (value: number) => `${value.toFixed(0)} ms`

const ROWS: ReadonlyArray<readonly [string, (scores: Scores) => string]> = [
  ['dialogues', ({ dialogues }) => String(dialogues)],
  ['turns', ({ turns }) => String(turns)],
  ['tools right', ({ tools }) => share(tools)],
  ['arguments right', ({ args }) => share(args)],
  ['task success', ({ success }) => share(success)],
  ['groundedness', ({ grounded }) => share(grounded)],
  ['spent without a yes', ({ spentUnasked }) => String(spentUnasked)],
  ['answer, median', ({ medianMs }) => time(medianMs)],
  ['answer, 95th percentile', ({ p95Ms }) => time(p95Ms)],
  ['answer, 99th percentile', ({ p99Ms }) => time(p99Ms)],
  ['answer, worst', ({ worstMs }) => time(worstMs)],
]

/** A table with one column for each set of dialogues. */
export function tableOf(columns: ReadonlyArray<readonly [string, Scores]>): string {
  const width = 14
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(width))).join('')
  return [
    line(['', ...columns.map(([name]) => name)]),
    ...ROWS.map(([label, cell]) => line([label, ...columns.map(([, scores]) => cell(scores))])),
  ].join('\n')
}
