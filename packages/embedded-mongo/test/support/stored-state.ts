import { Timestamp } from 'bson'
import type { Doc } from '../../src/bson/document.ts'
import { encode } from '../../src/bson/encode.ts'
import type { Engine } from '../../src/engine/engine.ts'

const EARLIEST = new Timestamp({ t: 1, i: 1 })

/** Everything that an engine shows, in a form to compare: collections, documents, the log, remembered answers. */
export function stateOf(engine: Engine, sessions: readonly string[] = []): unknown {
  const work = engine.begin()
  try {
    const collections = engine.databases().flatMap((db) =>
      engine.collections(db).map(({ namespace, uuid, options, indexes }) => ({
        namespace,
        uuid: uuid.toString('hex'),
        options: text(options.source),
        indexes: indexes.map(({ source }) => text(source)),
        documents: [...(work.reader(namespace)?.scan() ?? [])].map(({ bytes }) =>
          Buffer.from(bytes).toString('latin1'),
        ),
      })),
    )
    const remembered = sessions.map((session) => engine.remembered(session).map(({ reply }) => text(reply)))
    return { collections, remembered, events: eventsOf(engine) }
  } finally {
    work.abort()
  }
}

function eventsOf(engine: Engine): string[] {
  const events: string[] = []
  const stream = engine.openChangeStream({ scope: { kind: 'cluster' }, startAtOperationTime: EARLIEST })
  for (let event = stream.next(); event !== undefined; event = stream.next()) events.push(text(event))
  return events
}

function text(doc: Doc): string {
  return encode(doc).toString('latin1')
}
