import type { Collection, Db, Document } from 'mongodb'

export interface Item extends Document {
  readonly _id: string
  readonly code: string
  readonly group: number
}

export interface Transfer extends Document {
  readonly _id: string
  readonly from: number
  readonly to: number
  readonly amount: number
}

export interface Numbered extends Document {
  readonly _id: number
  readonly n: number
}

export interface Part extends Document {
  readonly _id: string
  readonly batch: string
}

export const ACCOUNTS = 6
export const PARTS = 10

/** The collections that the load writes to. */
export class Books {
  readonly db: Db
  readonly items: Collection<Item>
  readonly accounts: Collection<Numbered>
  readonly transfers: Collection<Transfer>
  readonly parts: Collection<Part>
  readonly counters: Collection<Numbered>

  constructor(db: Db) {
    this.db = db
    this.items = db.collection('items')
    this.accounts = db.collection('accounts')
    this.transfers = db.collection('transfers')
    this.parts = db.collection('parts')
    this.counters = db.collection('counters')
  }

  async begin(): Promise<void> {
    await this.items.createIndexes([
      { key: { code: 1 }, unique: true },
      { key: { group: 1, code: -1 } },
      { key: { group: 1 } },
      { key: { group: -1 }, name: 'low', partialFilterExpression: { group: { $lt: 10 } } },
      { key: { code: 'text' } },
    ])
    await this.parts.createIndex({ batch: 1 })
    await this.transfers.createIndex({ amount: 1, from: 1 }, { sparse: true })
    await this.accounts.insertMany(Array.from({ length: ACCOUNTS }, (_, id) => ({ _id: id, n: 0 })))
  }
}

/** What the load was told, and what it asked for without an answer: that may have happened or not. */
export class Ledger {
  readonly inserted = new Set<string>()
  readonly removed = new Set<string>()
  readonly transferred = new Set<string>()
  readonly batches = new Set<string>()
  readonly counted = new Map<number, { acknowledged: number; unsure: number }>()
  /** Identities whose fate is open. */
  readonly unsure = new Set<string>()
  acknowledged = 0
  #wanted = Number.POSITIVE_INFINITY
  #reached: () => void = () => undefined

  /** Resolves once so many more writes are acknowledged. */
  after(more: number): Promise<void> {
    this.#wanted = this.acknowledged + more
    return new Promise((resolve) => {
      this.#reached = resolve
    })
  }

  note(): void {
    this.acknowledged += 1
    if (this.acknowledged === this.#wanted) this.#reached()
  }
}
