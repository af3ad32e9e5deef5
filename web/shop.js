/** What the page knows of the shop: tokens, REST and the three sockets. Everything here follows the public contract. */
import { io } from '/socket.io-client.js'

const STORED = 'floorwalker.tokens'
let tokens = JSON.parse(localStorage.getItem(STORED) ?? 'null')
const listeners = new Set()

export const user = () => tokens?.user
export const onSignIn = (listener) => listeners.add(listener)

function keep(answer) {
  tokens = answer
  localStorage.setItem(STORED, JSON.stringify(answer))
}

const AWAY = { status: 503, detail: 'The shop cannot be reached. Please try again.' }
const away = () => Promise.reject(AWAY)

async function request(method, path, body, token = tokens?.accessToken) {
  const response = await fetch(`/api${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(away)
  const answer = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw answer
  return answer
}

/** Calls REST; a token that has expired is renewed once. */
export async function call(method, path, body) {
  try {
    return await request(method, path, body)
  } catch (problem) {
    if (problem.status !== 401 || tokens === null) throw problem
    await renew()
    return request(method, path, body)
  }
}

let renewing

/** A refresh token is good for once, so all that want fresh tokens at a time share one renewal. */
function renew() {
  renewing ??= refresh().finally(() => {
    renewing = undefined
  })
  return renewing
}

async function refresh() {
  try {
    keep(await request('POST', '/auth/refresh', { refreshToken: tokens.refreshToken }, undefined))
  } catch (problem) {
    // only a refused token makes her a new guest: a shop that is away for a while still knows her
    if (problem.status !== 401) throw problem
    keep(await request('POST', '/auth/guest', {}, undefined))
  }
}

/** Every visitor is at least a guest, so that she has a cart and a chat. */
export async function begin() {
  if (tokens === null) keep(await request('POST', '/auth/guest', {}, undefined))
  else await call('GET', '/auth/me')
}

const passes = ({ status }) => status === 429 || status === 503
const waited = (problem) => new Promise((resolve) => setTimeout(resolve, (problem.retryAfter ?? 1) * 1000))

/** Does work that may be done twice until the shop answers. */
export async function persist(work) {
  for (;;) {
    try {
      return await work()
    } catch (problem) {
      if (!passes(problem)) throw problem
      await waited(problem)
    }
  }
}

/** Signs in or up; a guest's cart and chat come along. */
export async function signIn(action, credentials) {
  keep(await request('POST', `/auth/${action}`, credentials))
  for (const socket of [chat, cart]) socket.disconnect().connect()
  for (const listener of listeners) listener()
}

const options = {
  transports: ['websocket'],
  autoConnect: false,
  auth: (give) => give({ token: tokens?.accessToken }),
}
export const chat = io('/chat', options)
export const cart = io('/cart', options)
export const inventory = io('/inventory', { ...options, auth: {} })

async function connectRenewed(socket) {
  await persist(renew)
  socket.connect()
}

for (const socket of [chat, cart, inventory]) {
  socket.on('connect_error', async ({ data: problem }) => {
    // after a refused handshake, other than after a lost connection, the client does not try again by itself
    if (socket.active || problem === undefined) return
    if (problem.status === 401) return connectRenewed(socket)
    if (!passes(problem)) return
    await waited(problem)
    socket.connect()
  })
}
for (const socket of [chat, cart]) socket.on('auth:expired', () => connectRenewed(socket))

/** Sends an event and gives its data, or throws the problem. */
export async function ask(socket, event, data = {}) {
  const answer = await socket.timeout(15_000).emitWithAck(event, data).catch(away)
  if (!answer.ok) throw answer.error
  return answer.data
}

export function price({ amount, currency }) {
  const format = new Intl.NumberFormat('en-IN', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits
  return format.format(amount / 10 ** digits)
}

/** Makes an element; text is always text, never markup. */
export function element(name, { class: className, on = {}, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties)
  if (className !== undefined) node.className = className
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener)
  node.append(...children.filter((child) => child !== undefined && child !== null))
  return node
}

export const byId = (id) => document.getElementById(id)

/** What went wrong, for a person. */
export const reason = (problem) =>
  problem.detail ?? problem.message ?? 'Something went wrong. Please try again.'
