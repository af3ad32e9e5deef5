import type { AgentEvent } from '../../src/contract/index.ts'
import type { History } from './history.ts'

/** What one connection sees of the runs of its session, held against the rules. */
export class RunWatch {
  readonly ended = new Set<string>()
  readonly #last = new Map<string, number>()
  readonly #history: History
  readonly #who: string

  constructor(history: History, who: string) {
    this.#history = history
    this.#who = who
  }

  see(event: AgentEvent): void {
    const { runId, seq, type } = event
    const last = this.#last.get(runId) ?? -1
    this.#history.check(
      6,
      seq <= last + 1,
      `${this.#who} saw event ${seq} of run ${runId} right after ${last}`,
      runId,
    )
    // whoever takes a run over goes on after its last effect: what had been streamed since is told anew
    this.#last.set(runId, seq)
    if (type !== 'RUN_FINISHED' && type !== 'RUN_ERROR') return
    this.#history.check(5, !this.ended.has(runId), `${this.#who} saw run ${runId} end twice`, runId)
    this.ended.add(runId)
  }
}
