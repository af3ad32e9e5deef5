import { cloneValue } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { isArrayIndex } from './paths.ts'

/** MongoDB's bound on how far an update may stretch an array with nulls. */
const LONGEST_BACKFILL = 1_500_000

/** What stands at a path, and how to change it. Containers on the way are copies that belong to the update. */
export interface Slot {
  readonly path: string
  readonly value: Value | undefined
  set(value: Value): void
  /** @throws MongoServerFault when nothing could ever stand there */
  checkViable(): void
  unset(): void
}

/** Finds a concrete path in a document for writing; what is missing on the way is made only when something is set. */
export function slotAt(root: Doc, path: string): Slot {
  const parts = path.split('.')
  let container: Doc | Value[] = root
  for (let index = 0; index < parts.length - 1; index += 1) {
    const part = parts[index] ?? ''
    const next: Value | undefined = read(container, part)
    if (next === undefined) return missingSlot(container, parts, index, path)
    if (!(next instanceof Map) && !Array.isArray(next)) return blockedSlot(path, parts, index, next)
    container = next
  }
  const last = parts.at(-1) ?? ''
  if (Array.isArray(container) && !isArrayIndex(last))
    return blockedSlot(path, parts, parts.length - 1, container)
  const owner = container
  return {
    path,
    value: read(owner, last),
    set: (value) => write(owner, last, value, path),
    checkViable: () => undefined,
    unset: () => remove(owner, last),
  }
}

function read(container: Doc | Value[], part: string): Value | undefined {
  if (container instanceof Map) return container.get(part)
  return isArrayIndex(part) ? container[Number(part)] : undefined
}

function write(container: Doc | Value[], part: string, value: Value, path: string): void {
  if (container instanceof Map) {
    container.set(part, value)
    return
  }
  if (!isArrayIndex(part)) throw cannotCreate(part, path, container)
  const index = Number(part)
  if (index > container.length + LONGEST_BACKFILL) {
    throw new MongoServerFault('CannotBackfillArray', `can't backfill more than ${LONGEST_BACKFILL} elements`)
  }
  while (container.length < index) container.push(null)
  container[index] = value
}

/** An array's element is never taken out by `$unset`: it becomes null. */
function remove(container: Doc | Value[], part: string): void {
  if (container instanceof Map) container.delete(part)
  else if (isArrayIndex(part) && Number(part) < container.length) container[Number(part)] = null
}

function missingSlot(container: Doc | Value[], parts: readonly string[], index: number, path: string): Slot {
  return {
    path,
    value: undefined,
    set: (value) => {
      const rest = parts.slice(index + 1)
      const inner = rest.reduceRight<Value>((content, part) => new Map([[part, content]]), value)
      write(container, parts[index] ?? '', inner, path)
    },
    checkViable: () => {
      const part = parts[index] ?? ''
      if (Array.isArray(container) && !isArrayIndex(part)) throw cannotCreate(part, path, container)
    },
    unset: () => undefined,
  }
}

function blockedSlot(path: string, parts: readonly string[], index: number, blocker: Value): Slot {
  const refuse = (): never => {
    const part = Array.isArray(blocker) ? (parts[index] ?? '') : (parts[index + 1] ?? '')
    throw cannotCreate(
      part,
      Array.isArray(blocker) ? parts.slice(0, index).join('.') : (parts[index] ?? ''),
      blocker,
    )
  }
  return {
    path,
    value: undefined,
    set: refuse,
    checkViable: refuse,
    unset: () => undefined,
  }
}

function cannotCreate(part: string, parent: string, blocker: Value): MongoServerFault {
  return new MongoServerFault(
    'PathNotViable',
    `Cannot create field '${part}' in element {${parent}: ${preview(blocker)}}`,
  )
}

/** A value as MongoDB's messages show it, shortened. */
export function preview(value: Value | undefined): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null) return 'null'
  if (value === undefined) return ''
  if (Array.isArray(value)) return `[ ${value.slice(0, 5).map(preview).join(', ')} ]`
  if (value instanceof Map)
    return `{ ${[...value]
      .slice(0, 5)
      .map(([name, inner]) => `${name}: ${preview(inner)}`)
      .join(', ')} }`
  if (value instanceof Date) return `new Date(${value.getTime()})`
  return typeof value === 'boolean' ? String(value) : (value.toString?.() ?? typeName(value))
}

/** A copy of the document down to every path that will be changed, so that the original stays as it was. */
export function copyForUpdate(doc: Doc): Doc {
  return cloneValue(doc)
}
