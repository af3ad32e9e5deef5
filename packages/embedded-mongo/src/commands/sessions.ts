import { Binary, Int32, Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import type { Transaction } from '../engine/engine.ts'
import { MongoServerFault } from '../errors.ts'

export const SESSION_TIMEOUT_MINUTES = 30
const SESSION_TIMEOUT_MS = SESSION_TIMEOUT_MINUTES * 60_000

/** A multi-document transaction as its session sees it. */
export interface SessionTransaction {
  readonly number: bigint
  state: 'active' | 'committed' | 'aborted'
  /** What the engine holds for it; null before the first command and after the end. */
  work: Transaction | null
  readonly startedAt: number
  /** The connection that carried its latest command. */
  connectionId: number
}

/** A logical session: the order and the memory of one client's numbered writes. */
export class Session {
  readonly key: string
  readonly lsid: Doc
  lastUsed: number
  /** The highest transaction number so far, of retryable writes and transactions alike. */
  number = -1n
  transaction: SessionTransaction | null = null
  /** Answers of the statements of the retryable write with the current number, those that run included. */
  readonly statements = new Map<number, Promise<Doc>>()
  /** Commands of this session that run now. */
  running = 0

  constructor(key: string, lsid: Doc, now: number) {
    this.key = key
    this.lsid = lsid
    this.lastUsed = now
  }

  /** Ends the open transaction, if there is one. */
  abortTransaction(): void {
    const { transaction } = this
    if (transaction === null || transaction.state !== 'active') return
    transaction.state = 'aborted'
    const { work } = transaction
    transaction.work = null
    work?.abort()
  }

  /** Moves on to a higher number; what the lower one left open ends. */
  advance(number: bigint): void {
    this.abortTransaction()
    this.number = number
    this.transaction = null
    this.statements.clear()
  }
}

/** All sessions that clients have used of late. */
export class Sessions {
  private readonly sessions = new Map<string, Session>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  get size(): number {
    return this.sessions.size
  }

  /** The session of an `lsid` document; it begins with its first use. */
  of(lsid: Doc, recall?: (session: Session) => void): Session {
    const key = sessionKey(lsid)
    const known = this.sessions.get(key)
    if (known !== undefined) {
      known.lastUsed = this.now()
      return known
    }
    const session = new Session(key, lsid, this.now())
    this.sessions.set(key, session)
    recall?.(session)
    return session
  }

  find(lsid: Doc): Session | undefined {
    return this.sessions.get(sessionKey(lsid))
  }

  all(): Iterable<Session> {
    return this.sessions.values()
  }

  end(lsid: Doc): void {
    const key = sessionKey(lsid)
    this.sessions.get(key)?.abortTransaction()
    this.sessions.delete(key)
  }

  /** Aborts transactions that live longer than they may, and forgets sessions that nobody uses. */
  sweep(transactionLifetimeMs: number): void {
    const now = this.now()
    for (const session of this.sessions.values()) {
      const { transaction } = session
      if (
        transaction?.state === 'active' &&
        now - transaction.startedAt > transactionLifetimeMs &&
        session.running === 0
      ) {
        session.abortTransaction()
      }
      if (now - session.lastUsed > SESSION_TIMEOUT_MS && session.running === 0) {
        session.abortTransaction()
        this.sessions.delete(session.key)
      }
    }
  }
}

function sessionKey(lsid: Doc): string {
  const id = lsid.get('id')
  if (!(id instanceof Binary))
    throw new MongoServerFault(
      40414,
      "BSON field 'OperationSessionInfo.lsid.id' is missing but a required field",
    )
  if (id.sub_type !== Binary.SUBTYPE_UUID || id.position !== 16) {
    throw new MongoServerFault('InvalidUUID', 'the id of a session is a UUID of 16 bytes')
  }
  return Buffer.from(id.buffer.buffer, id.buffer.byteOffset, 16).toString('latin1')
}

/** `txnNumber`, which must be a long. */
export function transactionNumber(value: Value): bigint {
  if (value instanceof Long) {
    if (value.isNegative())
      throw new MongoServerFault('InvalidOptions', 'Transaction number cannot be negative')
    return value.toBigInt()
  }
  if (value instanceof Int32 && value.value >= 0) return BigInt(value.value)
  throw new MongoServerFault(
    'TypeMismatch',
    "BSON field 'OperationSessionInfo.txnNumber' is the wrong type, expected type 'long'",
  )
}
