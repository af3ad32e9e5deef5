import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClientEventName, ProblemCode } from '../../src/contract/index.ts'
import { type Chat, openChat, outcomeOf, spoken, typesOf } from '../support/chat.ts'
import type { Client } from '../support/client.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

let world: ContractWorld
let shopper: Shopper
let client: Client<'/chat'>
let chat: Chat

beforeAll(async () => {
  world = await startContractWorld()
  await shelve(world.ctx, [
    { name: 'Round Sunglasses', category: 'Sunglasses', price: 300_000 },
    { name: 'Square Sunglasses', category: 'Sunglasses', price: 450_000 },
    { name: 'Gold Sunglasses', category: 'Sunglasses', price: 900_000 },
  ])
})
afterAll(() => world.close())
beforeEach(async () => {
  shopper = await world.signUp()
  client = await world.connect('/chat', shopper.token)
  chat = await openChat(client)
})

describe('the handshake', () => {
  it.each([undefined, '', 'garbage', 'a.b.c'])('refuses the token %s with a problem', async (token) => {
    for (const namespace of ['/chat', '/cart'] as const) {
      await expect(world.connect(namespace, token)).rejects.toMatchObject({
        problem: { status: 401, code: 'unauthenticated' },
      })
    }
  })
})

describe('session:open', () => {
  it('makes an empty session, with no payload too', async () => {
    expect(chat.opened).toMatchObject({ state: 'idle', lastSeq: 0, messages: [] })
    const another = await client.emit('session:open')
    expect(another).toMatchObject({ ok: true, data: { state: 'idle', lastSeq: 0 } })
    expect(another).not.toMatchObject({ data: { sessionId: chat.sessionId } })
  })

  it('gives what came after, oldest first', async () => {
    for (const text of ['hello', 'thanks']) await chat.ask(text)
    const open = (afterSeq?: number) => client.send('session:open', { sessionId: chat.sessionId, afterSeq })
    const seqs = async (afterSeq?: number) => (await open(afterSeq)).messages.map(({ seq }) => seq)
    expect(await seqs()).toEqual([1, 2, 3, 4])
    expect(await seqs(2)).toEqual([3, 4])
    expect(await seqs(99)).toEqual([])
    expect(await open(99)).toMatchObject({ lastSeq: 4, state: 'idle' })
  })
})

describe('events that do not fit', () => {
  it.each<[ClientEventName<'/chat'>, unknown, ProblemCode]>([
    ['session:open', 'text', 'validation_failed'],
    ['session:open', [], 'validation_failed'],
    ['session:open', { session: 'x' }, 'validation_failed'],
    ['session:open', { sessionId: 5 }, 'validation_failed'],
    ['session:open', { sessionId: 'nope' }, 'not_found'],
    ['session:open', { sessionId: '' }, 'not_found'],
    ['session:open', { sessionId: 'a'.repeat(300) }, 'not_found'],
    ['session:open', { afterSeq: -1 }, 'validation_failed'],
    ['message:send', { text: '' }, 'validation_failed'],
    ['message:send', { text: 'x'.repeat(4001) }, 'validation_failed'],
    ['message:send', { text: 5 }, 'validation_failed'],
    ['message:send', { clientMessageId: '' }, 'validation_failed'],
    ['message:send', { clientMessageId: 'x'.repeat(65) }, 'validation_failed'],
    ['message:send', { role: 'system' }, 'validation_failed'],
    ['message:send', { sessionId: 'nope' }, 'not_found'],
    ['history:list', { limit: 0 }, 'validation_failed'],
    ['history:list', { limit: 101 }, 'validation_failed'],
    ['history:list', { beforeSeq: 'x' }, 'validation_failed'],
    ['run:resume', { interruptId: 'nope', status: 'resolved' }, 'not_found'],
    ['run:resume', { interruptId: 'nope', status: 'yes' }, 'validation_failed'],
    ['auth:renew', { token: 'garbage' }, 'unauthenticated'],
  ])('%s %j is %s', async (event, change, code) => {
    const message = { sessionId: chat.sessionId, clientMessageId: 'one', text: 'hello' }
    const base = event === 'message:send' ? message : { sessionId: chat.sessionId }
    const bare = typeof change !== 'object' || Array.isArray(change) || event === 'auth:renew'
    const answer = await client.emit(event, bare ? change : { ...base, ...change })
    expect(answer).toMatchObject({ ok: false, error: { code } })
    expect(await client.send('session:open', { sessionId: chat.sessionId })).toMatchObject({ lastSeq: 0 })
  })

  it('and those that nobody waits for change nothing', async () => {
    const message = { sessionId: chat.sessionId, clientMessageId: 'one', text: 'hello' }
    client.socket.emit('message:send', message)
    client.socket.emit('message:send', message, 'no callback')
    client.socket.emit('message:send', 'hello')
    expect(await client.emit('message:edit', message)).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    })
    expect(await client.send('session:open', { sessionId: chat.sessionId })).toMatchObject({ lastSeq: 0 })
  })

  it('another customer’s session is not found, whatever is asked of it', async () => {
    const stranger = await world.signUp()
    const theirs = await world.connect('/chat', stranger.token)
    const { sessionId } = chat
    const calls: Array<[ClientEventName<'/chat'>, object]> = [
      ['session:open', {}],
      ['message:send', { clientMessageId: 'x', text: 'hello' }],
      ['run:cancel', {}],
      ['run:resume', { interruptId: 'x', status: 'resolved' }],
      ['history:list', {}],
      ['session:close', {}],
    ]
    for (const [event, payload] of calls) {
      const answer = await theirs.emit(event, { sessionId, ...payload })
      expect(answer, event).toMatchObject({ ok: false, error: { status: 404, code: 'not_found' } })
    }
  })
})

describe('a run', () => {
  it('thinks, calls its tool and says what is stored', async () => {
    const { message, events, answer } = await chat.ask("I'm looking for sunglasses under 5000")
    const types = typesOf(events)
    const tool = ['TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_RESULT']
    expect(types.filter((type) => tool.includes(type)).slice(0, 4)).toEqual(tool)
    expect(types.filter((type) => type.startsWith('REASONING')).length).toBeGreaterThan(0)
    expect(types.filter((type) => type === 'TEXT_MESSAGE_START')).toHaveLength(1)
    expect(spoken(events)).toBe(answer?.text)
    const said = events.find(({ type }) => type === 'TEXT_MESSAGE_START')
    expect(said).toMatchObject({ messageId: answer?.id, runId: message.runId, threadId: chat.sessionId })
    for (const event of events) {
      if (event.type === 'TOOL_CALL_RESULT') expect(JSON.parse(String(event.content))).toBeTypeOf('object')
    }
    expect(answer?.products?.map(({ name }) => name).sort()).toEqual([
      'Round Sunglasses',
      'Square Sunglasses',
    ])
    expect(answer).toMatchObject({ role: 'assistant', seq: message.seq + 1, runId: message.runId })
  })

  it('is seen on every device, the customer’s own message too', async () => {
    const other = await world.connect('/chat', shopper.token)
    const there = await openChat(other, chat.sessionId)
    const { message } = await chat.ask('hello')
    const runId = message.runId ?? ''
    const events = await there.run(runId)
    expect(events).toEqual(await chat.run(runId))
    await there.answerOf(runId)
    expect(other.received('message:new').map(({ message: { role, seq } }) => [role, seq])).toEqual([
      ['customer', 1],
      ['assistant', 2],
    ])
    const states = other.received('session:state').map(({ state }) => state)
    expect(states[0]).toBe('thinking')
    expect(states.at(-1)).toBe('idle')
  })

  it('is not started twice by one clientMessageId, from two devices at once either', async () => {
    const other = await world.connect('/chat', shopper.token)
    await openChat(other, chat.sessionId)
    const message = { sessionId: chat.sessionId, clientMessageId: 'same', text: 'hello' }
    const sent = await Promise.all(
      [client, other, client].map((device) => device.send('message:send', message)),
    )
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(new Set(sent.map(({ message: { id } }) => id)).size).toBe(1)
    await chat.run(sent[0]?.message.runId ?? '')
    const later = await client.send('message:send', { ...message, text: 'something else' })
    expect(later).toMatchObject({ duplicate: true, message: { text: 'hello' } })
    const { messages } = await client.send('history:list', { sessionId: chat.sessionId })
    expect(messages).toHaveLength(2)
  })

  it('follows the one before, however fast the customer writes', async () => {
    const sent = await Promise.all(['hello', 'show me sunglasses', 'thanks'].map((text) => chat.say(text)))
    for (const { runId } of sent) await chat.run(runId ?? '')
    const order = client.received('agent:event').map(({ runId }) => runId)
    expect([...new Set(order)]).toEqual(order.filter((runId, index) => runId !== order[index - 1]))
    const { messages } = await client.send('history:list', { sessionId: chat.sessionId })
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('can be cancelled, and ends as cancelled', async () => {
    const cancel = () => client.send('run:cancel', { sessionId: chat.sessionId })
    expect(await cancel()).toEqual({ cancelled: false })
    const { runId } = await chat.say('show me sunglasses')
    const { cancelled } = await cancel()
    const events = await chat.run(runId ?? '')
    expect(outcomeOf(events).type).toBe(cancelled ? 'cancelled' : 'success')
    expect(typesOf(events).at(-1)).toBe('RUN_FINISHED')
    const { answer } = await chat.ask('hello')
    expect(answer?.role).toBe('assistant')
  })
})

describe('history:list', () => {
  it('goes back page by page', async () => {
    for (const text of ['hello', 'thanks', 'bye']) await chat.ask(text)
    const page = async (beforeSeq: number | undefined, limit: number) => {
      const { messages, hasMore } = await client.send('history:list', {
        sessionId: chat.sessionId,
        beforeSeq,
        limit,
      })
      return [messages.map(({ seq }) => seq), hasMore]
    }
    expect(await page(undefined, 4)).toEqual([[3, 4, 5, 6], true])
    expect(await page(3, 4)).toEqual([[1, 2], false])
    expect(await page(1, 4)).toEqual([[], false])
    expect(await page(undefined, 100)).toEqual([[1, 2, 3, 4, 5, 6], false])
  })
})

describe('session:close', () => {
  it('leaves the session to be read, not written', async () => {
    await chat.ask('hello')
    const { sessionId } = chat
    expect(await client.send('session:close', { sessionId })).toEqual({ state: 'closed' })
    await client.waitFor('session:state', ({ state }) => state === 'closed')
    expect(await client.send('session:open', { sessionId })).toMatchObject({ state: 'closed', lastSeq: 2 })
    expect((await client.send('history:list', { sessionId })).messages).toHaveLength(2)
    const late = await client.fail('message:send', { sessionId, clientMessageId: 'late', text: 'hello' })
    expect(late).toMatchObject({ status: 409, code: 'session_closed' })
  })
})

describe('auth:renew', () => {
  it('takes a fresh token of the same user, and of nobody else', async () => {
    const fresh = await world.api.call('refresh', { body: { refreshToken: shopper.refreshToken } })
    await client.send('auth:renew', { token: fresh.accessToken })
    const stranger = await world.signUp()
    const refused = await client.fail('auth:renew', { token: stranger.token })
    expect(refused).toMatchObject({ status: 403, code: 'forbidden' })
    expect((await chat.ask('hello')).answer?.role).toBe('assistant')
  })
})

it('a packet over 100 kB ends that connection, one below does not', async () => {
  const large = { sessionId: chat.sessionId, clientMessageId: 'x', text: 'y'.repeat(90 * 1024) }
  expect(await client.emit('message:send', large)).toMatchObject({ error: { code: 'validation_failed' } })
  client.socket.emit('message:send', { ...large, text: 'y'.repeat(120 * 1024) })
  expect(await client.ended).toBe('transport close')
})
