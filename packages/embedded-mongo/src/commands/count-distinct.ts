import { Int32, Long } from 'bson'
import { hashKey } from '../bson/compare.ts'
import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { valuesAtPath } from '../query/paths.ts'
import type { Command } from './command.ts'
import type { CommandContext } from './context.ts'
import { fieldSetOf } from './fields.ts'
import { snapshotField } from './find.ts'
import { matching } from './matching.ts'
import { type Language, languageFor } from './query-language.ts'
import { documentsOf, isView } from './views.ts'

function count(context: CommandContext): Doc {
  const { fields } = context
  const namespace = context.namespace()
  const filter = fields.document('query') ?? new Map<string, Value>()
  const skip = fields.count('skip') ?? 0
  const limit = Math.abs(fields.integer('limit') ?? 0)
  const view = context.readView()
  try {
    const reader = view.reader(namespace)
    const language = languageFor(reader, fields.document('collation'))
    const onView = isView(context, namespace)
    if (filter.size === 0 && !onView && !fields.has('hint')) {
      const all = Math.max(0, (reader?.count ?? 0) - skip)
      return counted(limit > 0 ? Math.min(all, limit) : all)
    }
    let n = 0
    const hint = fields.value('hint')
    const found = onView
      ? documentsOf(context, view, namespace, { filter, skip, limit, language })
      : matching(reader, { filter, skip, limit, hint, language, deadline: context })
    for (const _ of found) n += 1
    return counted(n)
  } finally {
    view.release()
  }
}

function counted(n: number): Doc {
  return new Map([['n', n < 2 ** 31 ? new Int32(n) : Long.fromNumber(n)]])
}

function distinct(context: CommandContext): Doc {
  const { fields } = context
  const namespace = context.namespace()
  const key = fields.requiredString('key')
  if (key.includes('\0')) throw new MongoServerFault(31032, 'Key field cannot contain an embedded null byte')
  const filter = fields.document('query') ?? new Map<string, Value>()
  const view = context.readView()
  try {
    const reader = view.reader(namespace)
    const language = languageFor(reader, fields.document('collation'))
    const onView = isView(context, namespace)
    const values = new Map<string, Value>()
    const source = onView
      ? documentsOf(context, view, namespace, { filter, skip: 0, limit: 0, language })
      : docs(matching(reader, { filter, hint: fields.value('hint'), language, deadline: context }))
    for (const doc of source) collect(doc, key, language, values)
    return new Map<string, Value>([
      ['values', [...values.values()]],
      ...(snapshotField(context).cursorFields ?? []),
    ])
  } finally {
    view.release()
  }
}

function* docs(found: Iterable<{ readonly doc: Doc }>): Generator<Doc> {
  for (const { doc } of found) yield doc
}

function collect(doc: Doc, key: string, { collation }: Language, values: Map<string, Value>): void {
  for (const value of valuesAtPath(doc, key)) {
    if (value === undefined) continue
    const hash = hashKey(value, collation)
    if (!values.has(hash)) values.set(hash, value)
  }
}

export const COUNT_COMMANDS: readonly Command[] = [
  { name: 'count', fields: fieldSetOf('query', 'limit', 'skip', 'hint', 'collation', 'fields'), run: count },
  {
    name: 'distinct',
    fields: fieldSetOf('key', 'query', 'collation', 'hint'),
    inTransaction: true,
    run: distinct,
  },
]
