import { Binary, Int32, Long, Timestamp } from 'bson'
import { decode } from '../bson/decode.ts'
import type { Doc, Value } from '../bson/document.ts'
import { encode } from '../bson/encode.ts'
import type { CollectionState } from './collection.ts'
import type { RecordVersion } from './record.ts'
import type { ChangeKind, Namespace, UpdateDescription } from './types.ts'

/** What happened to one document. */
export interface DocumentEvent {
  readonly kind: ChangeKind
  readonly state: CollectionState
  readonly key: Value
  readonly before: RecordVersion | null
  readonly after: RecordVersion | null
  readonly description: UpdateDescription | null
}

export type SchemaKind =
  | 'create'
  | 'drop'
  | 'rename'
  | 'dropDatabase'
  | 'createIndexes'
  | 'dropIndexes'
  | 'modify'

/** What happened to a collection or database. */
export interface SchemaEvent {
  readonly kind: SchemaKind
  readonly namespace: Namespace
  readonly uuid: Binary | null
  readonly to?: Namespace
  readonly description: Doc | null
}

export type ChangeEvent = DocumentEvent | SchemaEvent

/** One commit as the log keeps it: its events follow each other in one piece of BSON. */
export interface LogEntry {
  readonly sequence: number
  readonly time: Timestamp
  readonly namespaces: ReadonlySet<Namespace>
  readonly bytes: Uint8Array
}

/** One event of a commit, read back. */
export interface LoggedEvent {
  readonly kind: ChangeKind | SchemaKind
  readonly namespace: Namespace
  readonly uuid: Binary | null
  readonly key: Value | null
  readonly to: Namespace | null
  /** An update's description, or what a change of the schema says of itself. */
  readonly description: Doc | null
  readonly before: Doc | null
  readonly after: Doc | null
}

/** What the events of one commit have in common. */
export interface CommitFacts {
  readonly wallTime: Date
  /** Of a multi-document transaction. */
  readonly session: { readonly lsid: Doc; readonly number: bigint } | null
}

export function encodeEntry(
  sequence: number,
  time: Timestamp,
  facts: CommitFacts,
  events: readonly ChangeEvent[],
): LogEntry {
  const head: Doc = new Map<string, Value>([
    ['ts', time],
    ['wall', facts.wallTime],
  ])
  if (facts.session !== null)
    head.set('lsid', facts.session.lsid).set('txnNumber', Long.fromBigInt(facts.session.number))
  const namespaces = new Set<Namespace>()
  for (const event of events) for (const namespace of namespacesOf(event)) namespaces.add(namespace)
  head.set('ns', [...namespaces])
  const parts: Uint8Array[] = [encode(head)]
  for (const event of events) appendEvent(parts, event)
  return { sequence, time, namespaces, bytes: Buffer.concat(parts) }
}

function namespacesOf(event: ChangeEvent): Namespace[] {
  if ('state' in event) return [event.state.namespace]
  return event.to === undefined ? [event.namespace] : [event.namespace, event.to]
}

function appendEvent(parts: Uint8Array[], event: ChangeEvent): void {
  if (!('state' in event)) {
    const doc: Doc = new Map<string, Value>([
      ['op', event.kind],
      ['ns', event.namespace],
    ])
    if (event.uuid !== null) doc.set('ui', event.uuid)
    if (event.to !== undefined) doc.set('to', event.to)
    if (event.description !== null) doc.set('d', event.description)
    parts.push(encode(doc))
    return
  }
  const { state, kind } = event
  const images = state.options.changeStreamPreAndPostImages
  const before = images ? event.before : null
  const after = kind === 'insert' || kind === 'replace' || images ? event.after : null
  const doc: Doc = new Map<string, Value>([
    ['op', kind],
    ['ns', state.namespace],
    ['ui', state.uuid],
    ['k', event.key],
  ])
  if (event.description !== null) doc.set('d', descriptionDoc(event.description))
  if (before !== null) doc.set('pre', true)
  if (after !== null) doc.set('post', true)
  parts.push(encode(doc))
  if (before !== null) parts.push(before.bytes)
  if (after !== null) parts.push(after.bytes)
}

function descriptionDoc({
  updatedFields,
  removedFields,
  truncatedArrays,
  disambiguatedPaths,
}: UpdateDescription): Doc {
  const doc = new Map<string, Value>([
    ['updatedFields', updatedFields],
    ['removedFields', [...removedFields]],
    [
      'truncatedArrays',
      truncatedArrays.map(
        ({ field, newSize }) =>
          new Map<string, Value>([
            ['field', field],
            ['newSize', new Int32(newSize)],
          ]),
      ),
    ],
  ])
  return disambiguatedPaths === undefined ? doc : doc.set('disambiguatedPaths', disambiguatedPaths)
}

/** Reads an entry from its bytes, without its events. */
export function openEntry(sequence: number, bytes: Uint8Array): LogEntry {
  const head = decode(bytes)
  const time = head.get('ts')
  const namespaces = head.get('ns')
  if (!(time instanceof Timestamp) || !Array.isArray(namespaces))
    throw new TypeError('not an entry of the log')
  return { sequence, time, namespaces: new Set(namespaces.map(String)), bytes }
}

export function factsOf({ bytes }: LogEntry): CommitFacts {
  const head = decode(bytes)
  const wallTime = head.get('wall')
  const lsid = head.get('lsid')
  const number = head.get('txnNumber')
  return {
    wallTime: wallTime instanceof Date ? wallTime : new Date(0),
    session: lsid instanceof Map && number instanceof Long ? { lsid, number: number.toBigInt() } : null,
  }
}

/** Reads the events of an entry, in their order. */
export function* eventsOf({ bytes }: LogEntry): Generator<LoggedEvent> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let position = buffer.readInt32LE(0)
  const next = (): Doc => {
    const doc = decode(buffer, position)
    position += buffer.readInt32LE(position)
    return doc
  }
  while (position < buffer.length) {
    const doc = next()
    const uuid = doc.get('ui')
    const to = doc.get('to')
    const description = doc.get('d')
    yield {
      kind: kindOf(doc.get('op')),
      namespace: String(doc.get('ns')),
      uuid: uuid instanceof Binary ? uuid : null,
      key: doc.get('k') ?? null,
      to: typeof to === 'string' ? to : null,
      description: description instanceof Map ? description : null,
      before: doc.get('pre') === true ? next() : null,
      after: doc.get('post') === true ? next() : null,
    }
  }
}

const KINDS: ReadonlyArray<ChangeKind | SchemaKind> = [
  'insert',
  'update',
  'replace',
  'delete',
  'create',
  'drop',
  'rename',
  'dropDatabase',
  'createIndexes',
  'dropIndexes',
  'modify',
]

function kindOf(value: Value | undefined): ChangeKind | SchemaKind {
  const kind = KINDS.find((known) => known === value)
  if (kind === undefined) throw new TypeError('not an event of the log')
  return kind
}
