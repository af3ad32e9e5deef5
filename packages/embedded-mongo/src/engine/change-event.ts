import type { Timestamp } from 'bson'
import { Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { CommitFacts, LoggedEvent } from './oplog-entry.ts'
import type { Namespace } from './types.ts'

/** What a stream was asked to tell of each event. */
export interface EventShape {
  readonly fullDocument: 'default' | 'updateLookup' | 'whenAvailable' | 'required'
  readonly fullDocumentBeforeChange: 'off' | 'whenAvailable' | 'required'
  readonly showExpandedEvents: boolean
}

/** Where in the log an event stands. */
export interface EventPlace {
  readonly token: Doc
  readonly time: Timestamp
  readonly facts: CommitFacts
}

const EXPANDED_ONLY = new Set(['create', 'createIndexes', 'dropIndexes', 'modify'])

/** Whether only streams with `showExpandedEvents` are told of such an event. */
export function isExpandedOnly(kind: LoggedEvent['kind']): boolean {
  return EXPANDED_ONLY.has(kind)
}

/** An event as MongoDB's change streams show it (source: its manual, "Change Events"). */
export function changeEventDoc(
  event: LoggedEvent,
  { token, time, facts }: EventPlace,
  shape: EventShape,
  lookUp: (namespace: Namespace, id: Value) => Doc | null,
): Doc {
  const doc: Doc = new Map<string, Value>([
    ['_id', token],
    ['operationType', event.kind],
    ['clusterTime', time],
    ['wallTime', facts.wallTime],
  ])
  if (facts.session !== null) {
    doc.set('txnNumber', Long.fromBigInt(facts.session.number))
    doc.set('lsid', facts.session.lsid)
  }
  if (shape.showExpandedEvents && event.uuid !== null) doc.set('collectionUUID', event.uuid)
  const after = event.kind === 'insert' || event.kind === 'replace' ? event.after : null
  if (after !== null) doc.set('fullDocument', after)
  doc.set('ns', namespaceDoc(event))
  if (isDocumentEvent(event)) addDocumentParts(doc, event, shape, lookUp)
  else addSchemaParts(doc, event, shape)
  return doc
}

function isDocumentEvent({ kind }: LoggedEvent): boolean {
  return kind === 'insert' || kind === 'update' || kind === 'replace' || kind === 'delete'
}

function addDocumentParts(
  doc: Doc,
  event: LoggedEvent,
  shape: EventShape,
  lookUp: (namespace: Namespace, id: Value) => Doc | null,
): void {
  doc.set('documentKey', new Map([['_id', event.key]]))
  if (event.kind === 'update' && event.description !== null) {
    doc.set('updateDescription', shownDescription(event.description, shape))
    addPostImage(doc, event, shape, lookUp)
  }
  if (shape.fullDocumentBeforeChange !== 'off' && event.kind !== 'insert') {
    if (event.before === null && shape.fullDocumentBeforeChange === 'required') throw imageMissing('pre', doc)
    doc.set('fullDocumentBeforeChange', event.before)
  }
}

function shownDescription(description: Doc, { showExpandedEvents }: EventShape): Doc {
  const shown: Doc = new Map(description)
  shown.delete('disambiguatedPaths')
  if (showExpandedEvents)
    shown.set('disambiguatedPaths', description.get('disambiguatedPaths') ?? new Map<string, Value>())
  return shown
}

function addPostImage(
  doc: Doc,
  event: LoggedEvent,
  shape: EventShape,
  lookUp: (namespace: Namespace, id: Value) => Doc | null,
): void {
  if (shape.fullDocument === 'updateLookup') doc.set('fullDocument', lookUp(event.namespace, event.key))
  else if (shape.fullDocument !== 'default') {
    if (event.after === null && shape.fullDocument === 'required') throw imageMissing('post', doc)
    doc.set('fullDocument', event.after)
  }
}

function addSchemaParts(doc: Doc, event: LoggedEvent, shape: EventShape): void {
  if (event.kind === 'rename' && event.to !== null) doc.set('to', splitNamespace(event.to))
  if (!shape.showExpandedEvents || event.description === null) return
  doc.set('operationDescription', event.description)
}

function namespaceDoc({ kind, namespace }: LoggedEvent): Doc {
  return kind === 'dropDatabase' ? new Map([['db', namespace.slice(0, -1)]]) : splitNamespace(namespace)
}

function splitNamespace(namespace: Namespace): Doc {
  const dot = namespace.indexOf('.')
  return new Map([
    ['db', namespace.slice(0, dot)],
    ['coll', namespace.slice(dot + 1)],
  ])
}

function imageMissing(which: 'pre' | 'post', event: Doc): MongoServerFault {
  const token = event.get('_id')
  const data = token instanceof Map ? String(token.get('_data')) : ''
  return new MongoServerFault(
    'NoMatchingDocument',
    `Change stream was configured to require a ${which}-image for all update, delete and replace events, but the ${which}-image was not found for event: { _id: { _data: "${data}" } }`,
  )
}
