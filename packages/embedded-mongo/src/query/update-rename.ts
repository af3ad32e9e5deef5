import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import type { Touched } from './update-description.ts'
import { checkUpdatePath } from './update-path-rules.ts'
import { preview, slotAt } from './update-paths.ts'

export interface Rename {
  readonly from: string
  readonly to: string
}

/** Reads one field of `$rename`. */
export function parseRename(from: string, to: Value): Rename {
  if (typeof to !== 'string')
    throw new MongoServerFault(
      'BadValue',
      `The 'to' field for $rename must be a string: ${from}: ${preview(to)}`,
    )
  checkUpdatePath(to, '$set')
  if (from === to)
    throw new MongoServerFault(
      'BadValue',
      `The source and target field for $rename must differ: ${from}: "${to}"`,
    )
  for (const path of [from, to]) {
    if (path.split('.').some((part) => part === '$' || /^\$\[.*\]$/.test(part)))
      throw new MongoServerFault(
        'BadValue',
        `The source and target field for $rename may not be dynamic: ${path}`,
      )
  }
  if (from.startsWith(`${to}.`) || to.startsWith(`${from}.`))
    throw new MongoServerFault(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${from}: "${to}"`,
    )
  return { from, to }
}

/** Moves the field; tells which paths changed. */
export function applyRename(doc: Doc, { from, to }: Rename, touched: Touched[]): void {
  for (const path of [from, to]) checkNoArray(doc, path)
  const source = slotAt(doc, from)
  if (source.value === undefined) {
    source.checkViable()
    return
  }
  source.unset()
  slotAt(doc, to).set(source.value)
  touched.push({ path: from, appends: false }, { path: to, appends: false })
}

function checkNoArray(doc: Doc, path: string): void {
  let value: Value | undefined = doc
  const parts = path.split('.')
  for (const part of parts.slice(0, -1)) {
    value = value instanceof Map ? value.get(part) : undefined
    if (Array.isArray(value))
      throw new MongoServerFault(
        'BadValue',
        `The source field cannot be an array element, '${path}' in doc with _id: ${preview(doc.get('_id'))} has an array field called '${part}'`,
      )
  }
}
