import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { z } from 'zod'
import type { NamespaceName } from '../../src/contract/index.ts'

const Media = z.record(z.string(), z.object({ schema: z.unknown() }))
const Operation = z.looseObject({
  responses: z.record(z.string(), z.looseObject({ description: z.string(), content: Media.optional() })),
})
const OpenApi = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) })
const AsyncApi = z.looseObject({
  channels: z.record(z.string(), z.looseObject({ messages: z.record(z.string(), z.unknown()) })),
})

/** What a REST call was answered with. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: unknown
}

/** The shop's own documents as it serves them, and whether what it says keeps to them. */
export interface Documents {
  readonly operations: ReadonlyArray<{ readonly method: string; readonly path: string }>
  /** Fails unless that answer stands in `/openapi.json`: its status, type and schema, and a problem's code. */
  checkAnswer(method: string, path: string, answer: Answer): void
  /** Fails unless an acknowledgement fits `/asyncapi.json`. */
  checkAck(namespace: NamespaceName, event: string, answer: unknown): void
  /** Fails unless a broadcast fits `/asyncapi.json`. */
  checkBroadcast(namespace: NamespaceName, event: string, data: unknown): void
}

/** Reads the documents of a running shop. */
export async function readDocuments(url: string): Promise<Documents> {
  const load = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json()
  const openApi = OpenApi.parse(await load('/openapi.json'))
  const asyncApi = AsyncApi.parse(await load('/asyncapi.json'))
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(openApi, 'openapi')
  ajv.addSchema(asyncApi, 'asyncapi')
  const validator = (pointer: string): ValidateFunction => {
    const found = ajv.getSchema(pointer)
    if (found === undefined) throw new Error(`there is no schema at ${pointer}`)
    return found
  }
  const check = (pointer: string, data: unknown) => {
    const validate = validator(pointer)
    expect(
      validate(data) ? [] : validate.errors,
      `${pointer}: ${JSON.stringify(data)?.slice(0, 400)}`,
    ).toEqual([])
  }
  const checkMessage = (namespace: NamespaceName, key: string, data: unknown) =>
    check(`asyncapi#/channels/${namespace.slice(1)}/messages/${key}/payload`, data)
  const templates = Object.keys(openApi.paths)
  const dotted = (event: string) => event.replaceAll(':', '.')

  return {
    operations: Object.entries(openApi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    ),
    checkAnswer(method, path, { status, contentType, body }) {
      const template = templateOf(templates, path)
      const operation = openApi.paths[template]?.[method.toLowerCase()]
      const documented = operation?.responses[String(status)]
      expect(documented, `${method} ${template} answered ${status}: ${JSON.stringify(body)}`).toBeDefined()
      const [type] = Object.keys(documented?.content ?? {})
      if (type === undefined) return expect(body).toBeUndefined()
      expect(contentType).toContain(type)
      const steps = ['paths', template, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
      check(`openapi#/${steps.map(escaped).join('/')}`, body)
      if (status >= 400)
        expect(documented?.description).toContain(z.object({ code: z.string() }).parse(body).code)
    },
    checkAck: (namespace, event, answer) => checkMessage(namespace, `${dotted(event)}.ack`, answer),
    checkBroadcast: (namespace, event, data) => checkMessage(namespace, dotted(event), data),
  }
}

/** The documented path that a real one is of: `/api/products/search` before `/api/products/{id}`. */
function templateOf(templates: readonly string[], path: string): string {
  const fits = (template: string) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? path)
  const holes = (template: string) => template.split('{').length
  const [best] = templates.filter(fits).sort((a, b) => holes(a) - holes(b))
  if (best === undefined) throw new Error(`${path} is not documented`)
  return best
}

/** A step of a JSON pointer in a URI's fragment. */
function escaped(step: string | number): string {
  return encodeURIComponent(String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
}
