import { Timestamp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { changeEventDoc, type EventShape, isExpandedOnly } from './change-event.ts'
import type { Oplog } from './oplog.ts'
import { eventsOf, factsOf, type LogEntry, type LoggedEvent } from './oplog-entry.ts'
import { AFTER_ALL, decodeToken, encodeToken, isAfter, type Position } from './resume-token.ts'
import type { Namespace } from './types.ts'

export type ChangeStreamScope =
  | { readonly kind: 'collection'; readonly namespace: Namespace }
  | { readonly kind: 'database'; readonly db: string }
  | { readonly kind: 'cluster' }

export interface ChangeStreamOptions {
  readonly scope: ChangeStreamScope
  readonly resumeAfter?: Doc | undefined
  readonly startAfter?: Doc | undefined
  readonly startAtOperationTime?: Timestamp | undefined
  readonly fullDocument?: EventShape['fullDocument'] | undefined
  readonly fullDocumentBeforeChange?: EventShape['fullDocumentBeforeChange'] | undefined
  readonly showExpandedEvents?: boolean | undefined
}

/** What a stream has to look up beside the log. */
export interface CurrentDocuments {
  readonly clusterTime: Timestamp
  /** The document with this `_id` as it is now. */
  currentDocument(namespace: Namespace, id: Value): Doc | null
}

/** The changes in a scope, one after the other, in the order of commits. */
export class ChangeStream {
  readonly #oplog: Oplog
  readonly #documents: CurrentDocuments
  readonly #scope: ChangeStreamScope
  readonly #shape: EventShape
  #position: Position
  /** The last commit whose events were all given out. */
  #sequence: number
  #pending: Iterator<Doc> | null = null
  #invalidated = false
  #closed = false

  constructor(oplog: Oplog, documents: CurrentDocuments, options: ChangeStreamOptions) {
    this.#oplog = oplog
    this.#documents = documents
    this.#scope = options.scope
    this.#shape = {
      fullDocument: options.fullDocument ?? 'default',
      fullDocumentBeforeChange: options.fullDocumentBeforeChange ?? 'off',
      showExpandedEvents: options.showExpandedEvents === true,
    }
    this.#position = startOf(oplog, documents.clusterTime, options)
    this.#sequence = Math.max(0, oplog.sequenceAt(this.#position.time) - 1)
  }

  /** Where a new stream would go on after what this one has seen so far. */
  get postBatchResumeToken(): Doc {
    return encodeToken(this.#position)
  }

  /** Nothing more can come: its collection or database is gone, or it was closed. */
  get invalidated(): boolean {
    return this.#invalidated
  }

  /** The next change; undefined when there is none now. @throws MongoServerFault ChangeStreamHistoryLost */
  next(): Doc | undefined {
    if (this.#closed) return undefined
    for (;;) {
      this.#pending ??= this.#read()
      const step = this.#pending.next()
      if (step.done !== true) return step.value
      this.#pending = null
      if (this.#invalidated || this.#sequence >= (this.#oplog.last?.sequence ?? 0)) return undefined
    }
  }

  /** Calls `wake` after each commit that concerns this stream; the answer takes that back. */
  onNews(wake: () => void): () => void {
    return this.#oplog.onAppend((entry) => {
      if (this.#concerns(entry)) wake()
    })
  }

  close(): void {
    this.#closed = true
    this.#pending = null
  }

  *#read(): Generator<Doc> {
    if (!this.#oplog.reaches(this.#position.time)) throw historyLost()
    for (const entry of this.#oplog.after(this.#sequence)) {
      if (this.#concerns(entry)) yield* this.#eventsOf(entry)
      if (this.#invalidated) return
      this.#sequence = entry.sequence
      if (isAfter(entry.time, AFTER_ALL, this.#position))
        this.#position = { time: entry.time, index: AFTER_ALL, invalidate: false }
    }
  }

  *#eventsOf(entry: LogEntry): Generator<Doc> {
    const facts = factsOf(entry)
    let index = -1
    for (const event of eventsOf(entry)) {
      index += 1
      if (!this.#includes(event)) continue
      if (isAfter(entry.time, index, this.#position)) {
        this.#position = { time: entry.time, index, invalidate: false }
        if (this.#shape.showExpandedEvents || !isExpandedOnly(event.kind)) {
          const place = { token: this.postBatchResumeToken, time: entry.time, facts }
          yield changeEventDoc(event, place, this.#shape, (namespace, id) =>
            this.#documents.currentDocument(namespace, id),
          )
        }
      } else if (!this.#endsAt(entry, index)) continue
      if (!this.#invalidates(event)) continue
      this.#position = { time: entry.time, index, invalidate: true }
      this.#invalidated = true
      yield new Map<string, Value>([
        ['_id', this.postBatchResumeToken],
        ['operationType', 'invalidate'],
        ['clusterTime', entry.time],
        ['wallTime', facts.wallTime],
      ])
      return
    }
  }

  /** Whether the stream was resumed right behind this event, and before the `invalidate` that follows it. */
  #endsAt(entry: LogEntry, index: number): boolean {
    const { time, index: at, invalidate } = this.#position
    return !invalidate && at === index && time.equals(entry.time)
  }

  #concerns({ namespaces }: LogEntry): boolean {
    const scope = this.#scope
    if (scope.kind === 'cluster') return true
    if (scope.kind === 'database') {
      for (const namespace of namespaces) if (namespace.startsWith(`${scope.db}.`)) return true
      return false
    }
    return (
      namespaces.has(scope.namespace) ||
      namespaces.has(scope.namespace.slice(0, scope.namespace.indexOf('.') + 1))
    )
  }

  #includes({ kind, namespace, to }: LoggedEvent): boolean {
    const scope = this.#scope
    if (scope.kind === 'collection') {
      return kind === 'dropDatabase' ? false : namespace === scope.namespace || to === scope.namespace
    }
    if (isInternal(namespace)) return false
    return scope.kind === 'cluster' || namespace.startsWith(`${scope.db}.`)
  }

  #invalidates({ kind }: LoggedEvent): boolean {
    if (this.#scope.kind === 'collection') return kind === 'drop' || kind === 'rename'
    return this.#scope.kind === 'database' && kind === 'dropDatabase'
  }
}

function isInternal(namespace: Namespace): boolean {
  return /^(?:admin|config|local)\./.test(namespace) || /^[^.]+\.system\./.test(namespace)
}

export function openChangeStream(
  oplog: Oplog,
  documents: CurrentDocuments,
  options: ChangeStreamOptions,
): ChangeStream {
  return new ChangeStream(oplog, documents, options)
}

/** @throws MongoServerFault where the past does not reach back so far, or a token cannot be used so */
function startOf(
  oplog: Oplog,
  now: Timestamp,
  { resumeAfter, startAfter, startAtOperationTime }: ChangeStreamOptions,
): Position {
  const token = resumeAfter ?? startAfter
  if (token !== undefined) {
    const position = decodeToken(token)
    if (position.invalidate && resumeAfter !== undefined) {
      throw new MongoServerFault(
        'InvalidResumeToken',
        "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.",
      )
    }
    if (!oplog.reaches(position.time)) throw historyLost()
    return position
  }
  if (startAtOperationTime === undefined) return { time: now, index: AFTER_ALL, invalidate: false }
  if (!oplog.reaches(startAtOperationTime)) throw historyLost()
  return { time: previous(startAtOperationTime), index: AFTER_ALL, invalidate: false }
}

function previous(time: Timestamp): Timestamp {
  const [seconds, increment] = [time.getHighBitsUnsigned(), time.getLowBitsUnsigned()]
  if (increment > 0) return new Timestamp({ t: seconds, i: increment - 1 })
  return new Timestamp({ t: Math.max(0, seconds - 1), i: AFTER_ALL })
}

function historyLost(): MongoServerFault {
  return new MongoServerFault(
    'ChangeStreamHistoryLost',
    'Resume of change stream was not possible, as the resume point may no longer be in the oplog.',
    { labels: ['NonResumableChangeStreamError'] },
  )
}
