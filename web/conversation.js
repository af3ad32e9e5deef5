/** The conversation with the sales agent: stored messages, and the events of the run under way. */
import { ask, byId, chat, element, onSignIn, price, reason } from './shop.js'

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
  byId('messages').scrollTop = byId('messages').scrollHeight
}

function confirmation(interrupt) {
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

function play(event) {
  switch (event.type) {
    case 'TOOL_CALL_START':
      append(element('li', { class: 'note' }, event.toolCallName.replaceAll('_', ' ')))
      break
    case 'TEXT_MESSAGE_START':
      if (!shown.has(event.messageId))
        shown.set(event.messageId, append(element('li', { class: 'assistant' })))
      break
    case 'TEXT_MESSAGE_CONTENT': {
      const node = shown.get(event.messageId)
      if (node !== undefined && node.childElementCount === 0) node.textContent += event.delta
      byId('messages').scrollTop = byId('messages').scrollHeight
      break
    }
    case 'RUN_FINISHED':
      if (event.outcome?.type === 'interrupt') event.outcome.interrupts.forEach(confirmation)
      break
    case 'RUN_ERROR':
      fail(event)
      break
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
    const { message } = await ask(chat, 'message:send', { sessionId, clientMessageId, text })
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
    open().catch(fail)
  })
  chat.on('disconnect', () => {
    byId('connection').textContent = 'reconnecting'
  })
  onSignIn(() => {
    shown.clear()
    lastSeq = 0
    byId('messages').replaceChildren()
  })
  chat.connect()
}
