import { type JsonSchema, type SchemaBook, schemaOf } from './schema-values.ts'

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: JsonSchema
}

/** An operation as `/openapi.json` tells of it. */
export interface Operation {
  readonly id: string
  readonly method: string
  /** With `{holes}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: JsonSchema | undefined
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

export function bookOf(document: OpenApiDocument): SchemaBook {
  return {
    resolve(reference) {
      const found = document.components.schemas[reference.replace('#/components/schemas/', '')]
      if (found === undefined) throw new Error(`${reference} is not in the document`)
      return found
    },
  }
}

export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: String(operation.operationId),
      method: method.toUpperCase(),
      path,
      parameters: Array.isArray(operation.parameters) ? (operation.parameters as Parameter[]) : [],
      body: bodySchema(operation),
    })),
  )
}

function bodySchema(operation: JsonSchema): JsonSchema | undefined {
  const content = schemaOf(schemaOf(operation.requestBody).content)
  const json = content['application/json']
  return json === undefined ? undefined : schemaOf(schemaOf(json).schema)
}
