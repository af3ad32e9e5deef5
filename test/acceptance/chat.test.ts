import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChat, outcomeOf, spoken, typesOf } from '../support/chat.ts'
import { answer, createScriptedBrain, gate } from '../support/scripted-brain.ts'
import { startWorld, type World } from '../support/world.ts'

const brain = createScriptedBrain()
let world: World

beforeAll(async () => {
  world = await startWorld({ brain })
})
afterAll(() => world.close())

async function newChat() {
  const shopper = await world.signUp()
  return { shopper, chat: await openChat(await shopper.connect('/chat')) }
}

describe('a chat session', () => {
  it('begins empty', async () => {
    const { chat } = await newChat()
    expect(chat.opened).toEqual({ sessionId: chat.sessionId, state: 'idle', lastSeq: 0, messages: [] })
  })

  it('wakes nobody before there is something to answer', async () => {
    const shopper = await world.signUp()
    const client = await shopper.connect('/chat')
    const ids: string[] = []
    for (let opened = 0; opened < 5; opened += 1) ids.push((await openChat(client)).sessionId)
    for (const id of ids) await openChat(client, id)
    const woken = () =>
      world.ctx.db.collection<{ _id: string }>('actors').countDocuments({
        _id: { $in: ids.map((id) => `session:${id}`) },
      })
    expect(await woken()).toBe(0)
    await (await openChat(client, ids[2])).ask('hello')
    expect(await woken()).toBe(1)
  })

  it('answers a message with one run whose pieces make the stored text', async () => {
    const { chat } = await newChat()
    const text = 'a rather long sentence that cannot be said in one piece alone, so it comes in several'
    const { message, events, answer: said } = await chat.ask(text)
    expect(message).toMatchObject({ seq: 1, role: 'customer', text })
    expect(said).toMatchObject({ seq: 2, role: 'assistant', runId: message.runId, text: `You said: ${text}` })
    expect(spoken(events)).toBe(said?.text)
    expect(events.filter(({ type }) => type === 'TEXT_MESSAGE_CONTENT').length).toBeGreaterThan(1)
    const start = events.find(({ type }) => type === 'TEXT_MESSAGE_START')
    expect(start).toMatchObject({ messageId: said?.id, role: 'assistant' })
    expect(outcomeOf(events)).toEqual({ type: 'success' })
    expect(chat.client.received('session:state').map(({ state }) => state)).toEqual([
      'thinking',
      'answering',
      'idle',
    ])
  })

  it('shows thoughts and tool calls with their results', async () => {
    brain.on('what is in my cart?', (turn) =>
      turn.results.length === 0
        ? [
            { type: 'thought', text: 'The cart is asked for.' },
            { type: 'tool', callId: 'call-1', name: 'view_cart', args: {} },
          ]
        : [answer(turn, 'Nothing yet.')],
    )
    const { chat } = await newChat()
    const { events } = await chat.ask('what is in my cart?')
    expect(typesOf(events)).toEqual([
      'RUN_STARTED',
      'REASONING_START',
      'REASONING_MESSAGE_START',
      'REASONING_MESSAGE_CONTENT',
      'REASONING_MESSAGE_END',
      'REASONING_END',
      'TOOL_CALL_START',
      'TOOL_CALL_ARGS',
      'TOOL_CALL_END',
      'TOOL_CALL_RESULT',
      'TEXT_MESSAGE_START',
      'TEXT_MESSAGE_CONTENT',
      'TEXT_MESSAGE_END',
      'RUN_FINISHED',
    ])
    const result = events.find((event) => event.type === 'TOOL_CALL_RESULT')
    expect(result?.type === 'TOOL_CALL_RESULT' && JSON.parse(String(result.content))).toMatchObject({
      items: [],
      version: 0,
    })
    const states = chat.client.received('session:state').map(({ state }) => state)
    expect(states).toEqual(['thinking', 'calling_tool', 'thinking', 'answering', 'idle'])
  })

  it('gives a tool that fails to the brain as a problem, and arguments that do not fit too', async () => {
    brain.on('break it', (turn) =>
      turn.results.length === 0
        ? [{ type: 'tool', callId: 'call-1', name: 'get_product', args: { productId: 'nothing-like-it' } }]
        : turn.results.length === 1
          ? [{ type: 'tool', callId: 'call-2', name: 'get_product', args: { id: { $ne: null } } }]
          : [answer(turn, turn.results.map((result) => (result.ok ? 'ok' : result.error.code)).join(' '))],
    )
    const { chat } = await newChat()
    expect((await chat.ask('break it')).answer?.text).toBe('not_found validation_failed')
  })

  it('answers a burst in order, one run each, with gap-free numbers', async () => {
    const { chat } = await newChat()
    const texts = Array.from({ length: 12 }, (_, index) => `line ${index}`)
    const sent = await Promise.all(texts.map((text) => chat.say(text)))
    for (const message of sent) await chat.run(message.runId ?? '')
    const { messages } = await chat.client.send('history:list', { sessionId: chat.sessionId, limit: 100 })
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1))
    expect(messages).toHaveLength(24)
    expect(messages.filter(({ role }) => role === 'customer').map(({ text }) => text)).toEqual(texts)
    expect(messages.filter(({ role }) => role === 'assistant').map(({ text }) => text)).toEqual(
      texts.map((text) => `You said: ${text}`),
    )
    expect(new Set(messages.map(({ runId }) => runId)).size).toBe(12)
  })

  it('stores a repeated clientMessageId once', async () => {
    const { chat } = await newChat()
    const send = (text: string) =>
      chat.client.send('message:send', { sessionId: chat.sessionId, clientMessageId: 'same', text })
    const [first, second] = await Promise.all([send('hello'), send('hello')])
    expect([first.duplicate, second.duplicate].sort()).toEqual([false, true])
    expect(second.message.id).toBe(first.message.id)
    await chat.run(first.message.runId ?? '')
    expect(await send('something else')).toMatchObject({ duplicate: true, message: { text: 'hello' } })
    const { messages } = await chat.client.send('history:list', { sessionId: chat.sessionId })
    expect(messages).toHaveLength(2)
  })

  it('shows everything on all devices of the customer', async () => {
    const { shopper, chat } = await newChat()
    const second = await openChat(await shopper.connect('/chat'), chat.sessionId)
    const message = await chat.say('hello from the first')
    const [here, there] = await Promise.all([chat.run(message.runId ?? ''), second.run(message.runId ?? '')])
    expect(there).toEqual(here)
    await second.client.waitFor('message:new', ({ message: seen }) => seen.id === message.id)
    expect(second.client.received('message:new')).toEqual(chat.client.received('message:new'))
  })

  it('cancels the run under way, and one that has not begun', async () => {
    const hold = gate()
    brain.on('take your time', async function* (turn) {
      yield { type: 'piece', text: 'One moment. ' }
      await hold.open
      yield answer(turn, 'One moment. Let me think about it.')
    })
    const { chat } = await newChat()
    const slow = await chat.say('take your time')
    const next = await chat.say('and this')
    await chat.client.waitFor('agent:event', ({ type }) => type === 'TEXT_MESSAGE_CONTENT')
    expect(await chat.client.send('run:cancel', { sessionId: chat.sessionId })).toEqual({ cancelled: true })
    const events = await chat.run(slow.runId ?? '')
    expect(outcomeOf(events)).toEqual({ type: 'cancelled' })
    expect(spoken(events)).toBe((await chat.answerOf(slow.runId ?? '')).text)
    expect(outcomeOf(await chat.run(next.runId ?? ''))).toEqual({ type: 'success' })
    expect(await chat.client.send('run:cancel', { sessionId: chat.sessionId })).toEqual({ cancelled: false })
    hold.release()
  })

  it('ends with RUN_ERROR and an apology when the brain fails, and goes on with the next message', async () => {
    brain.on('fail', () => {
      throw new Error('out of order')
    })
    const { chat } = await newChat()
    const { events, answer: said } = await chat.ask('fail')
    expect(events.at(-1)).toMatchObject({ type: 'RUN_ERROR' })
    expect(said?.text).toBe(spoken(events))
    expect(JSON.stringify(events)).not.toContain('out of order')
    expect(outcomeOf((await chat.ask('still there?')).events)).toEqual({ type: 'success' })
  })

  it('pages through its history', async () => {
    const { chat } = await newChat()
    for (const text of ['one', 'two', 'three']) await chat.ask(text)
    const last = await chat.client.send('history:list', { sessionId: chat.sessionId, limit: 4 })
    expect(last.hasMore).toBe(true)
    expect(last.messages.map(({ seq }) => seq)).toEqual([3, 4, 5, 6])
    const before = await chat.client.send('history:list', {
      sessionId: chat.sessionId,
      beforeSeq: 3,
      limit: 4,
    })
    expect(before).toMatchObject({ hasMore: false })
    expect(before.messages.map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('can be closed, and then read but not written', async () => {
    const { shopper, chat } = await newChat()
    await chat.ask('hello')
    const { sessionId } = chat
    expect(await chat.client.send('session:close', { sessionId })).toEqual({ state: 'closed' })
    await chat.client.waitFor('session:state', ({ state }) => state === 'closed')
    const refused = [
      chat.client.fail('message:send', { sessionId, clientMessageId: 'late', text: 'hello?' }),
      chat.client.fail('run:cancel', { sessionId }),
    ]
    for (const problem of await Promise.all(refused))
      expect(problem).toMatchObject({ status: 409, code: 'session_closed' })
    const again = await openChat(await shopper.connect('/chat'), sessionId)
    expect(again.opened).toMatchObject({ state: 'closed', lastSeq: 2 })
    expect(await chat.client.send('session:close', { sessionId })).toEqual({ state: 'closed' })
  })

  it('is nobody else’s', async () => {
    const { chat } = await newChat()
    await chat.ask('my secret')
    const stranger = await (await world.signUp()).connect('/chat')
    const { sessionId } = chat
    const problems = await Promise.all([
      stranger.fail('session:open', { sessionId }),
      stranger.fail('history:list', { sessionId }),
      stranger.fail('message:send', { sessionId, clientMessageId: 'x', text: 'hi' }),
      stranger.fail('run:cancel', { sessionId }),
      stranger.fail('run:resume', {
        sessionId,
        interruptId: 'x',
        status: 'resolved',
        payload: { approved: true },
      }),
      stranger.fail('session:close', { sessionId }),
      stranger.fail('session:open', { sessionId: 'no-such-session' }),
    ])
    for (const problem of problems) expect(problem.code).toBe('not_found')
    await chat.ask('still mine')
    expect(stranger.received('message:new')).toEqual([])
    expect(stranger.received('agent:event')).toEqual([])
  })

  it('remembers for the brain what was said and what it noted', async () => {
    brain.on('note this', (turn) => [{ type: 'answer', text: 'Noted.', memory: { ...turn.memory, note: 7 } }])
    const { chat } = await newChat()
    await chat.ask('note this')
    await chat.ask('and now?')
    const turn = brain.turns.at(-1)
    expect(turn?.memory).toEqual({ note: 7 })
    expect(turn?.history).toEqual([
      { role: 'customer', text: 'note this' },
      { role: 'assistant', text: 'Noted.' },
    ])
  })

  it('puts a hand-off with its transcript into the admin’s queue', async () => {
    brain.on('human please', (turn) =>
      turn.results.length === 0
        ? [{ type: 'tool', callId: 'call-1', name: 'hand_off', args: { reason: 'wants a human' } }]
        : [answer(turn, 'A colleague will come.')],
    )
    const { shopper, chat } = await newChat()
    await chat.ask('human please')
    const admin = await world.admin()
    const queue = await admin.api.call('listHandoffs', { query: { status: 'open' } })
    expect(queue.items.filter(({ sessionId }) => sessionId === chat.sessionId)).toMatchObject([
      { reason: 'wants a human', status: 'open', transcript: [{ role: 'customer', text: 'human please' }] },
    ])
    expect((await shopper.api.fail('listHandoffs')).code).toBe('forbidden')
  })

  it('never stores, streams or passes on a full card number', async () => {
    const { chat } = await newChat()
    const { message, answer: said } = await chat.ask('my card is 4242 4242 4242 4242, 12/30, cvc 123')
    expect(message.text).toBe('my card is •••• 4242, 12/30, cvc •••')
    expect(said?.text).toContain('•••• 4242')
    expect(brain.turns.at(-1)?.cardToken).toEqual(expect.any(String))
    const everything = await Promise.all(
      (await world.ctx.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) =>
        world.ctx.db.collection(name).find().toArray(),
      ),
    )
    expect(JSON.stringify(everything)).not.toMatch(/4242[ -]?4242[ -]?4242/)
    expect(JSON.stringify(chat.client.received('agent:event'))).not.toMatch(/4242[ -]?4242/)
  })
})

describe('an idle chat', () => {
  it('is disconnected after SESSION_IDLE_TIMEOUT and can be taken up again', async () => {
    const short = await startWorld({ brain, config: { SESSION_IDLE_TIMEOUT: '400ms' } })
    try {
      const shopper = await short.signUp()
      const chat = await openChat(await shopper.connect('/chat'))
      await chat.ask('hello')
      await chat.client.ended
      const again = await openChat(await shopper.connect('/chat'), chat.sessionId, 1)
      expect(again.opened.messages.map(({ seq }) => seq)).toEqual([2])
      await again.ask('back again')
    } finally {
      await short.close()
    }
  })
})
