import fc, { type Arbitrary } from 'fast-check'
import { NAMESPACES, type Namespace, type NamespaceName } from '../../../src/contract/index.ts'
import { hostileText, hostileValue, spoiled } from './hostile-values.ts'
import type { KnownValues } from './known-values.ts'
import { type JsonSchema, type SchemaBook, schemaOf, valuesIn } from './schema-values.ts'

export interface AsyncApiDocument {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, JsonSchema>> }>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** An event with everything that is sent along, but for the callback. */
export interface FuzzedEvent {
  readonly namespace: NamespaceName
  readonly event: string
  readonly args: readonly unknown[]
}

const STRANGE_NAMES = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'message',
  'cart:GET',
  'x'.repeat(5_000),
  '\ud800',
  '*',
]

/** Events inside and outside of what a namespace allows. */
export function events(
  namespace: NamespaceName,
  document: AsyncApiDocument,
  book: SchemaBook,
  known: KnownValues,
): Arbitrary<FuzzedEvent> {
  const table: Namespace = NAMESPACES[namespace]
  const messages = document.channels[namespace.slice(1)]?.messages ?? {}
  const ofContract = fc.constantFrom(...Object.keys(table.client)).chain((event) => {
    const schema = schemaOf(schemaOf(messages[event.replaceAll(':', '.')]).payload)
    const inside = valuesIn(schema, book, known.hints)
    const args: Arbitrary<unknown[]> = fc.oneof(
      { weight: 8, arbitrary: inside.map((payload) => [payload]) },
      { weight: 6, arbitrary: inside.chain(spoiled).map((payload) => [payload]) },
      { weight: 2, arbitrary: hostileValue.map((payload) => [payload]) },
      { weight: 1, arbitrary: fc.tuple(inside, hostileValue).map((payloads) => [...payloads]) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<unknown[]>([], [Buffer.alloc(2_000)], [{ deep: Buffer.from('x') }]),
      },
    )
    return args.map((given) => ({ namespace, event, args: given }))
  })
  const unknown = fc
    .tuple(fc.oneof(fc.constantFrom(...STRANGE_NAMES), hostileText), hostileValue)
    .map(([event, payload]) => ({ namespace, event, args: [payload] }))
  return fc.oneof({ weight: 9, arbitrary: ofContract }, { weight: 1, arbitrary: unknown })
}
