import { NAMESPACES, type Namespace, Problem } from '../contract/index.ts'
import { PAYLOAD_EXAMPLES } from './examples.ts'
import { codesOfEvent, problemSchema } from './problems.ts'
import { createSchemaBook, type Json, type SchemaBook } from './schemas.ts'

/** The Socket.IO API as AsyncAPI 3.0, made from the contract's event table. Each namespace is a channel. */
export function asyncapi(version: string): Json {
  const book = createSchemaBook('draft-7')
  const problem = book.output(Problem)
  const channels: Record<string, Json> = {}
  const operations: Record<string, Json> = {}
  for (const [address, namespace] of Object.entries<Namespace>(NAMESPACES)) {
    const channel = address.slice(1)
    channels[channel] = channelOf(address, namespace, book, problem)
    Object.assign(operations, operationsOf(channel, namespace))
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Floorwalker',
      version,
      description:
        'Socket.IO. Every client event takes one object and an acknowledgement: `{ ok: true, data }` or `{ ok: false, error }`. ' +
        'A refused handshake is a `connect_error` whose `data` is the problem object. The client does not try again by itself ' +
        'after one: connect after `retryAfter` seconds (503, 429) or with a fresh token (401).',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: {
      schemas: book.components,
      securitySchemes: {
        token: {
          type: 'httpApiKey',
          in: 'query',
          name: 'token',
          description:
            'The access token, as `auth: { token }` of the handshake or as the query parameter `token`.',
        },
      },
    },
  }
}

function channelOf(address: string, namespace: Namespace, book: SchemaBook, problem: Json): Json {
  const messages: Record<string, Json> = {}
  const examples: Json = Object.entries<Json>(PAYLOAD_EXAMPLES).find(([name]) => name === address)?.[1] ?? {}
  for (const [event, definition] of Object.entries(namespace.client)) {
    messages[key(event)] = {
      name: event,
      summary: definition.summary,
      payload: book.input(definition.payload),
      examples: [{ payload: examples[event] }],
    }
    messages[`${key(event)}.ack`] = {
      name: `${event} (acknowledgement)`,
      summary: 'Sent after the effect is committed',
      payload: acknowledgement(
        book.output(definition.ack),
        problemSchema(problem, codesOfEvent(namespace, definition)),
      ),
    }
  }
  for (const [event, definition] of Object.entries(namespace.server)) {
    messages[key(event)] = {
      name: event,
      summary: definition.summary,
      payload: book.output(definition.payload),
    }
  }
  return { address, title: address, description: namespace.summary, messages }
}

function acknowledgement(data: Json, problem: Json): Json {
  return {
    oneOf: [
      { type: 'object', required: ['ok', 'data'], properties: { ok: { const: true }, data } },
      { type: 'object', required: ['ok', 'error'], properties: { ok: { const: false }, error: problem } },
    ],
  }
}

function operationsOf(channel: string, namespace: Namespace): Record<string, Json> {
  const at = { $ref: `#/channels/${channel}` }
  const message = (name: string) => ({ $ref: `#/channels/${channel}/messages/${name}` })
  const operations: Record<string, Json> = {}
  for (const [event, definition] of Object.entries(namespace.client)) {
    const guarded = namespace.auth === 'token' || definition.needsToken === true
    operations[`${channel}.${key(event)}`] = {
      action: 'receive',
      channel: at,
      summary: definition.summary,
      ...(guarded ? { security: [{ $ref: '#/components/securitySchemes/token' }] } : {}),
      messages: [message(key(event))],
      reply: { channel: at, messages: [message(`${key(event)}.ack`)] },
    }
  }
  for (const [event, definition] of Object.entries(namespace.server)) {
    operations[`${channel}.${key(event)}`] = {
      action: 'send',
      channel: at,
      summary: definition.summary,
      messages: [message(key(event))],
    }
  }
  return operations
}

/** Event names as they may stand in a reference. */
function key(event: string): string {
  return event.replaceAll(':', '.')
}
