import type { Chance } from '../../src/demo/chance.ts'
import type { Stage } from './stage.ts'

const ANSWER_MS = 12_000
const AGAIN_MS = 300

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** A shopper's REST calls, each to an instance of chance's choosing. */
export class RestClient {
  readonly #stage: Stage
  readonly #chance: Chance
  readonly #sleep: (ms: number) => Promise<void>
  token = ''

  constructor(stage: Stage, chance: Chance, sleep: (ms: number) => Promise<void>) {
    this.#stage = stage
    this.#chance = chance
    this.#sleep = sleep
  }

  /** One try; undefined when no answer came, which says nothing about the effect. */
  async once(method: string, path: string, body?: unknown, key?: string): Promise<Answer | undefined> {
    const instance = this.#stage.instances[this.#chance.between(0, this.#stage.instances.length - 1)]
    try {
      const response = await fetch(`http://127.0.0.1:${instance?.front.port}/api${path}`, {
        method,
        headers: {
          ...(this.token === '' ? {} : { Authorization: `Bearer ${this.token}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return undefined
    }
  }

  /** Tries until an answer says what became of it; undefined when `until` has passed before. */
  async insist(
    method: string,
    path: string,
    until: number,
    body?: unknown,
    key?: string,
  ): Promise<Answer | undefined> {
    while (performance.now() < until) {
      const answer = await this.once(method, path, body, key)
      const settled =
        answer !== undefined && answer.status < 500 && codeOf(answer) !== 'idempotency_in_flight'
      if (settled) return answer
      await this.#sleep(AGAIN_MS)
    }
    return undefined
  }
}

/** The `code` of a problem, `''` of anything else. */
export function codeOf({ body }: Answer): string {
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''
}
