/** Renders /openapi.json and /asyncapi.json into the page. */
const byId = (id) => document.getElementById(id)

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

/** A schema as the short text that a reader of JSON understands at a glance. */
function shape(schema, depth = 0) {
  if (schema === undefined || Object.keys(schema).length === 0) return 'any'
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map((choice) => shape(choice, depth)).join(' | ')
  if (schema.allOf !== undefined) return schema.allOf.map((part) => shape(part, depth)).join(' & ')
  if (schema.type === 'array') return `[${shape(schema.items, depth)}]`
  if (schema.type === 'object' && schema.properties !== undefined) return fields(schema, depth)
  if (schema.type === 'object') return `{ [name]: ${shape(schema.additionalProperties || {}, depth)} }`
  return Array.isArray(schema.type) ? schema.type.join(' | ') : `${schema.type ?? 'any'}${limits(schema)}`
}

function fields(schema, depth) {
  const required = new Set(schema.required ?? [])
  const indent = '  '.repeat(depth + 1)
  const lines = Object.entries(schema.properties).map(
    ([name, field]) => `${indent}${name}${required.has(name) ? '' : '?'}: ${shape(field, depth + 1)}`,
  )
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`
}

function limits({ minLength, maxLength, minimum, maximum, format }) {
  const low = minLength ?? minimum
  const high = maxLength ?? maximum
  const tame = (value) => (value === undefined || Math.abs(value) > 1e12 ? '' : value)
  const range = tame(low) === '' && tame(high) === '' ? '' : ` (${tame(low)}..${tame(high)})`
  return `${format === undefined ? '' : ` ${format}`}${range}`
}

function part(title, text) {
  return [element('strong', {}, title), element('pre', {}, text)]
}

function sample(value) {
  const empty = value === undefined || Object.keys(value).length === 0
  return empty ? [] : part('For example', JSON.stringify(value, null, 2))
}

function entry(id, kind, name, summary, ...parts) {
  const head = element(
    'summary',
    {},
    element('span', { class: 'kind' }, kind),
    element('code', {}, name),
    ` ${summary ?? ''}`,
  )
  return element(
    'details',
    { id, 'data-search': `${kind} ${name} ${summary}`.toLowerCase() },
    head,
    ...parts.flat(),
  )
}

function restEntry(method, path, operation) {
  const { parameters = [], requestBody, responses, security } = operation
  const guard = security === undefined ? 'no token' : security.length > 1 ? 'token optional' : 'token needed'
  const parts = [[element('p', { class: 'note' }, guard)]]
  if (parameters.length > 0) {
    const lines = parameters.map(
      ({ name, required, schema, in: place }) =>
        `${name}${required ? '' : '?'}: ${shape(schema)}  (${place})`,
    )
    parts.push(part('Parameters', lines.join('\n')))
  }
  if (requestBody !== undefined) {
    const { schema, example } = requestBody.content['application/json']
    parts.push(part('Body', shape(schema)), sample(example))
  }
  for (const [status, { description, content }] of Object.entries(responses)) {
    const body = content?.['application/json']?.schema
    parts.push(part(status, body === undefined ? description : shape(body)))
  }
  return entry(operation.operationId, method.toUpperCase(), path, operation.summary, ...parts)
}

function renderRest(api) {
  const target = byId('rest')
  for (const { name } of api.tags) {
    target.append(element('h3', { id: `tag-${name}` }, name))
    byId('contents').append(element('a', { href: `#tag-${name}` }, name))
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags.includes(name)) target.append(restEntry(method, path, operation))
      }
    }
  }
}

function renderSockets(api) {
  const target = byId('sockets')
  for (const [channelName, channel] of Object.entries(api.channels)) {
    target.append(
      element('h3', { id: `channel-${channelName}` }, channel.address),
      element('p', {}, channel.description),
    )
    byId('contents').append(element('a', { href: `#channel-${channelName}` }, channel.address))
    for (const [id, operation] of Object.entries(api.operations)) {
      if (operation.channel.$ref !== `#/channels/${channelName}`) continue
      const message = channel.messages[operation.messages[0].$ref.split('/').at(-1)]
      const reply = channel.messages[operation.reply?.messages[0].$ref.split('/').at(-1)]
      const parts = [part('Data', shape(message.payload)), sample(message.examples?.[0].payload)]
      if (reply !== undefined)
        parts.push(part('Acknowledged data', shape(reply.payload.oneOf[0].properties.data)))
      if (reply !== undefined) {
        const { error } = reply.payload.oneOf[1].properties
        parts.push(part('Codes of a refusal', error.properties.code.enum.join(', ')))
      }
      target.append(
        entry(id, operation.action === 'receive' ? 'send' : 'on', message.name, operation.summary, ...parts),
      )
    }
  }
}

function renderSchemas(...books) {
  const all = new Map(books.flatMap((book) => Object.entries(book.components.schemas)))
  byId('contents').append(element('a', { href: '#schemas' }, 'shapes'))
  for (const [name, schema] of [...all].sort(([left], [right]) => left.localeCompare(right))) {
    byId('schemas').append(entry(`schema-${name}`, 'shape', name, '', part('', shape(schema))))
  }
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/)
  for (const details of document.querySelectorAll('details')) {
    details.hidden = !words.every((word) => details.dataset.search.includes(word))
  }
}

const [openapi, asyncapi] = await Promise.all(
  ['/openapi.json', '/asyncapi.json'].map(async (path) => (await fetch(path)).json()),
)
byId('version').textContent = openapi.info.version
byId('intro').textContent = openapi.info.description
byId('socket-intro').textContent = asyncapi.info.description
renderRest(openapi)
renderSockets(asyncapi)
renderSchemas(asyncapi, openapi)
byId('filter').addEventListener('input', ({ target }) => filter(target.value))
