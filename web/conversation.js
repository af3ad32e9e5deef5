/** The conversation with the sales agent: stored messages, and the events of the run under way. */
import { ask, byId, chat, element, onSignIn, persist, price, reason } from './shop.js'

const STORED = 'floorwalker.session'
const SUGGESTIONS = [
  "I'm looking for sunglasses under 5000",
  "What's in my cart?",
  'Do you have any coupons?',
  'Check out',
]
const STATES = {
  thinking: 'is thinking …',
  calling_tool: 'is looking …',
  answering: 'is writing …',
  awaiting_confirmation: 'waits for your yes',
}

let sessionId = localStorage.getItem(STORED) ?? undefined
let lastSeq = 0
const shown = new Map()
const stored = new Set()
const offered = new Set()
/** The events of each run by their `seq`, each with what takes it back. */
const runs = new Map()

function append(node) {
  const list = byId('messages')
  list.append(node)
  list.scrollTop = list.scrollHeight
  return node
}

function found(products) {
  return element(
    'div',
    { class: 'found' },
    ...products.map((product) =>
      element(
        'figure',
        {},
        product.images[0] === undefined
          ? undefined
          : element('img', { src: product.images[0].url, alt: product.images[0].alt }),
        element('figcaption', {}, product.name, element('br'), element('b', {}, price(product.price))),
      ),
    ),
  )
}

function draw(message) {
  lastSeq = Math.max(lastSeq, message.seq)
  const node =
    shown.get(message.id) ??
    shown.get(message.clientMessageId) ??
    append(element('li', { class: message.role }))
  node.textContent = message.text
  if (message.products !== undefined && message.products.length > 0) node.append(found(message.products))
  shown.set(message.id, node)
  stored.add(message.id)
  byId('messages').scrollTop = byId('messages').scrollHeight
}

function confirmation(interrupt) {
  if (offered.has(interrupt.id)) return
  offered.add(interrupt.id)
  const box = element('div', { class: 'confirm' })
  const settle = async (approved) => {
    box.remove()
    await ask(chat, 'run:resume', {
      sessionId,
      interruptId: interrupt.id,
      status: 'resolved',
      payload: { approved },
    }).catch(fail)
  }
  box.append(
    element('button', { class: 'main', type: 'button', on: { click: () => settle(true) } }, 'Yes, go ahead'),
    element('button', { type: 'button', on: { click: () => settle(false) } }, 'No'),
  )
  const question = interrupt.message ?? 'Shall I go ahead?'
  const asked = [...byId('messages').querySelectorAll('.assistant')].at(-1)?.textContent === question
  append(element('li', { class: asked ? 'choice' : 'assistant' }, ...(asked ? [] : [question]), box))
}

const fail = (problem) => append(element('li', { class: 'failed' }, reason(problem)))

/** An event whose `seq` has come before replaces that one and all after it: another instance may have taken the run over. */
function play(event) {
  const events = runs.get(event.runId) ?? []
  runs.set(event.runId, events)
  if (JSON.stringify(events[event.seq]?.event) === JSON.stringify(event)) return
  for (const later of events.splice(event.seq).reverse()) later?.takeBack()
  events[event.seq] = { event, takeBack: perform(event) ?? (() => {}) }
}

/** Gives what takes the event back, if it can be. */
function perform(event) {
  switch (event.type) {
    case 'TOOL_CALL_START': {
      const note = append(element('li', { class: 'note' }, event.toolCallName.replaceAll('_', ' ')))
      return () => note.remove()
    }
    case 'TEXT_MESSAGE_START': {
      const { messageId } = event
      if (shown.has(messageId)) return
      shown.set(messageId, append(element('li', { class: 'assistant' })))
      return () => {
        if (stored.has(messageId)) return
        shown.get(messageId)?.remove()
        shown.delete(messageId)
      }
    }
    case 'TEXT_MESSAGE_CONTENT': {
      const node = shown.get(event.messageId)
      if (node === undefined || stored.has(event.messageId)) return
      const before = node.textContent
      node.textContent += event.delta
      byId('messages').scrollTop = byId('messages').scrollHeight
      return () => {
        if (!stored.has(event.messageId)) node.textContent = before
      }
    }
    case 'RUN_FINISHED':
      if (event.outcome?.type === 'interrupt') event.outcome.interrupts.forEach(confirmation)
      return
    case 'RUN_ERROR': {
      const failure = fail(event)
      return () => failure.remove()
    }
  }
}

async function open() {
  const opening = sessionId === undefined ? {} : { sessionId, afterSeq: lastSeq }
  const session = await ask(chat, 'session:open', opening).catch((problem) => {
    if (problem.code !== 'not_found') throw problem
    lastSeq = 0
    return ask(chat, 'session:open')
  })
  sessionId = session.sessionId
  localStorage.setItem(STORED, sessionId)
  session.messages.forEach(draw)
  session.run?.events.forEach(play)
  if (session.interrupt !== undefined) confirmation(session.interrupt)
}

async function say(text) {
  const clientMessageId = crypto.randomUUID()
  const node = append(element('li', { class: 'customer' }, text))
  shown.set(clientMessageId, node)
  try {
    // with the same id it is said once, however often it is sent
    const { message } = await persist(() => ask(chat, 'message:send', { sessionId, clientMessageId, text }))
    shown.set(message.id, node)
    draw(message)
  } catch (problem) {
    fail(problem)
  }
}

export function startConversation() {
  byId('say').addEventListener('submit', (event) => {
    event.preventDefault()
    const text = new FormData(event.target).get('text').trim()
    event.target.reset()
    if (text !== '') say(text)
  })
  byId('suggestions').append(
    ...SUGGESTIONS.map((text) => element('button', { type: 'button', on: { click: () => say(text) } }, text)),
  )
  chat.on('message:new', ({ message }) => {
    if (message.sessionId === sessionId) draw(message)
  })
  chat.on('agent:event', (event) => {
    if (event.threadId === sessionId) play(event)
  })
  chat.on('session:state', ({ sessionId: id, state }) => {
    if (id === sessionId) byId('agent-state').textContent = STATES[state] ?? ''
  })
  chat.on('connect', () => {
    byId('connection').textContent = 'live'
    persist(open).catch(fail)
  })
  chat.on('disconnect', () => {
    byId('connection').textContent = 'reconnecting'
  })
  onSignIn(() => {
    for (const known of [shown, stored, offered, runs]) known.clear()
    lastSeq = 0
    byId('messages').replaceChildren()
  })
  chat.connect()
}
