/** The rules of the house that a history can breach, by their numbers in the design. */
export const RULES = {
  1: 'stock never sells twice and adds up',
  2: 'one order and one capture for a checkout',
  3: 'refunds within the capture, points sum to the balance',
  4: 'what was acknowledged is there',
  5: 'one run for a message, ended once, effects once',
  6: 'numbers without gaps',
  7: 'nobody sees what is another’s',
  8: 'a revoked token is dead everywhere',
  9: 'no process ends by itself',
  10: 'service goes on by itself',
} as const
export type Rule = keyof typeof RULES

interface Entry {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly who: string
  readonly what: string
  /** Ids of what it is about: sessions, runs, orders, processes. */
  readonly about: readonly string[]
}

interface Breach {
  readonly rule: Rule
  readonly text: string
  readonly about: readonly string[]
}

/** What happened, in order, and what was wrong with it. */
export class History {
  readonly breaches: Breach[] = []
  readonly #checked = new Map<Rule, number>()
  readonly #entries: Entry[] = []
  readonly #began = performance.now()

  note(who: string, what: string, ...about: string[]): void {
    this.#entries.push({ at: Math.round(performance.now() - this.#began), who, what, about })
  }

  /** Counts a look at a rule; when it does not hold, keeps the breach with what it is about. */
  check(rule: Rule, holds: boolean, text: string, ...about: string[]): void {
    this.#checked.set(rule, (this.#checked.get(rule) ?? 0) + 1)
    if (!holds && !this.breaches.some((known) => known.text === text))
      this.breaches.push({ rule, text, about })
  }

  checks(rule: Rule): number {
    return this.#checked.get(rule) ?? 0
  }

  count(what: string): number {
    return this.#entries.filter((entry) => entry.what.startsWith(what)).length
  }

  /** The entries about the same things as a breach, and the faults meanwhile: the smallest history that shows it. */
  around({ about }: Breach): string[] {
    const touching = this.#entries.filter((entry) => entry.about.some((id) => about.includes(id)))
    const from = (touching[0]?.at ?? 0) - 1_000
    const to = (touching.at(-1)?.at ?? Number.POSITIVE_INFINITY) + 1_000
    return this.#entries
      .filter(
        (entry) => touching.includes(entry) || (entry.who === 'fault' && entry.at >= from && entry.at <= to),
      )
      .map(
        ({ at, who, what, about: ids }) => `${String(at).padStart(8)} ms  ${who}: ${what} ${ids.join(' ')}`,
      )
  }
}
