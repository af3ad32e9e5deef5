import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLlmBrain, type ModelOutcome } from '../../src/agent/llm-brain/index.ts'
import { openModel } from '../../src/agent/llm-brain/model.ts'
import { createOfflineBrain } from '../../src/agent/offline-brain.ts'
import { openChat, outcomeOf, spoken, typesOf } from '../support/chat.ts'
import {
  answersRaw,
  breaksOffAfter,
  calls,
  fallsSilentAfter,
  type ModelServer,
  refuses,
  says,
  startModelServer,
} from '../support/model-server.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

let server: ModelServer
let world: World
let hat = ''
let now = 0
const asked: ModelOutcome[] = []
const tokens: number[] = []

beforeAll(async () => {
  server = await startModelServer()
  const brain = createLlmBrain({
    model: openModel({ apiKey: 'key', baseUrl: server.url, model: 'test-model', silenceMs: 400, retries: 2 }),
    offline: createOfflineBrain(),
    now: () => now,
    asked: (outcome) => void asked.push(outcome),
    used: (_model, input, output) => void tokens.push(input, output),
  })
  world = await startWorld({ brain })
  hat =
    (
      await shelve(world.ctx, [
        { name: 'Sun Hat', category: 'Hats', price: 129_900, variants: [{ quantity: 17 }] },
        { name: 'Rain Hat', category: 'Hats', price: 89_900, variants: [{ quantity: 3 }] },
      ])
    )[0] ?? ''
})
afterAll(async () => {
  await world.close()
  await server.close()
})
beforeEach(() => {
  asked.length = 0
  tokens.length = 0
  now += 3_600_000
})

async function newChat() {
  const shopper = await world.signUp()
  return { shopper, chat: await openChat(await shopper.connect('/chat')) }
}

describe('a model that works', () => {
  it('is given the tools, its answer streams, and its tokens are told', async () => {
    server.script(
      calls(['search_products', { q: 'hat' }]),
      says('1. Sun Hat: ₹1,299\n2. Rain Hat: ₹899\nWhich one?'),
    )
    const { chat } = await newChat()
    const { events, answer } = await chat.ask('do you have hats?')
    expect(answer?.text).toBe('1. Sun Hat: ₹1,299\n2. Rain Hat: ₹899\nWhich one?')
    expect(answer?.products?.map(({ name }) => name)).toEqual(['Sun Hat', 'Rain Hat'])
    expect(typesOf(events)).toEqual(expect.arrayContaining(['REASONING_START', 'TOOL_CALL_RESULT']))
    expect(spoken(events)).toBe(answer?.text)
    expect(events.at(-1)).toMatchObject({
      type: 'RUN_FINISHED',
      usage: [
        { model: 'test-model', inputTokens: 120, outputTokens: 30 },
        { model: 'test-model', inputTokens: 120, outputTokens: 30 },
      ],
    })
    expect(tokens).toEqual([120, 30, 120, 30])
    const request = server.requests.at(-1)
    expect(request?.tools.map((tool) => tool.function.name)).toContain('place_order')
    expect(
      request?.tools.find((tool) => tool.function.name === 'search_products')?.function.parameters,
    ).toMatchObject({
      type: 'object',
      additionalProperties: false,
      properties: { maxPrice: expect.anything() },
    })
    expect(request?.messages.at(-1)).toMatchObject({ role: 'tool' })
    expect(request?.messages.at(-1)?.content).toContain('Sun Hat')
  })

  it('may call several tools at once', async () => {
    server.script(
      calls(
        ['get_product', { productId: hat }],
        ['add_to_cart', { productId: hat, quantity: 2 }],
        ['view_cart', {}],
      ),
      says('Done, 2 of them.'),
    )
    const { shopper, chat } = await newChat()
    const { events } = await chat.ask('two sun hats please')
    const names = events.flatMap((event) => (event.type === 'TOOL_CALL_START' ? [event.toolCallName] : []))
    expect(names).toEqual(['get_product', 'add_to_cart', 'view_cart'])
    expect((await shopper.api.call('getCart')).items).toMatchObject([{ productId: hat, quantity: 2 }])
    const messages = server.requests.at(-1)?.messages ?? []
    expect(messages.filter(({ role }) => role === 'tool')).toHaveLength(3)
    const wanted = messages.findLast(({ role }) => role === 'assistant')?.tool_calls?.map(({ id }) => id)
    expect(messages.flatMap(({ tool_call_id }) => tool_call_id ?? [])).toEqual(wanted)
  })

  it('is told in the next run what tools told in this one, and what was said', async () => {
    server.script(
      calls(['search_products', { q: 'hat' }]),
      says('1. Sun Hat: ₹1,299'),
      says('The first is the Sun Hat.'),
    )
    const { chat } = await newChat()
    await chat.ask('hats')
    await chat.ask('which was the first?')
    const text = JSON.stringify(server.requests.at(-1)?.messages)
    expect(text).toContain(hat)
    expect(text).toContain('which was the first?')
    expect(text).toContain('1. Sun Hat')
  })

  it('spends nothing without a yes, and what it makes up is left out', async () => {
    server.script(
      calls(['add_to_cart', { productId: hat }]),
      calls(['start_checkout', {}]),
      calls(['place_order', { payment: { method: 'upi', vpa: 'success@upi' }, shippingAddress: ADDRESS }]),
    )
    const { shopper, chat } = await newChat()
    expect(outcomeOf((await chat.ask('buy the hat')).events).type).toBe('interrupt')
    expect(await orders(shopper.id)).toBe(0)
    const { answer } = await chat.ask('yes')
    expect(answer?.text).toContain(answer?.order?.number)
    expect(await orders(shopper.id)).toBe(1)
    server.script(says('It is only ₹5 today, 90% off!'))
    const cheap = await chat.ask('how much?')
    expect(cheap.answer?.text).not.toMatch(/₹5|90/)
  })

  it('learns of broken arguments and of tools that there are not, and mends them', async () => {
    server.script(
      calls(['get_product', '{"productId": ']),
      calls(['fly_to_moon', {}]),
      calls(['get_product', { productId: hat }]),
      says('The Sun Hat costs ₹1,299.'),
    )
    const { chat } = await newChat()
    const { events, answer } = await chat.ask('the hat?')
    expect(answer?.text).toBe('The Sun Hat costs ₹1,299.')
    expect(typesOf(events).filter((type) => type === 'TOOL_CALL_START')).toHaveLength(1)
    const told = JSON.stringify(server.requests.at(-1)?.messages)
    expect(told).toContain('one JSON object')
    expect(told).toContain('no tool called fly_to_moon')
  })

  it('is given arguments that do not fit back as a problem', async () => {
    server.script(
      calls(['add_to_cart', { productId: hat, quantity: 'many', price: 1 }]),
      says('Sorry, that did not work.'),
    )
    const { shopper, chat } = await newChat()
    expect((await chat.ask('many hats')).answer?.text).toBe('Sorry, that did not work.')
    expect(server.requests.at(-1)?.messages.at(-1)?.content).toContain('validation_failed')
    expect((await shopper.api.call('getCart')).items).toEqual([])
  })

  it('sees no more of the past than fits', async () => {
    server.script(says('Noted.'))
    const { chat } = await newChat()
    for (let index = 0; index < 6; index += 1) await chat.ask(`${index} ${'word '.repeat(700)}`)
    const last = server.requests.at(-1)
    expect(JSON.stringify(last?.messages).length).toBeLessThan(25_000)
    expect(last?.messages.at(-1)?.content).toContain('5 word')
  })

  it('goes on after being asked to wait', async () => {
    server.script(
      refuses(429, { 'retry-after-ms': '20' }),
      refuses(500, { 'retry-after-ms': '20' }),
      says('Hello!'),
    )
    const { chat } = await newChat()
    expect((await chat.ask('hi')).answer?.text).toBe('Hello!')
    expect(asked).toEqual(['answered'])
  })

  it('is asked again when it breaks off before it has said anything', async () => {
    server.script(breaksOffAfter(''), says('Hello!'))
    const { chat } = await newChat()
    expect((await chat.ask('hi')).answer?.text).toBe('Hello!')
  })
})

describe('a model that fails', () => {
  const offline = /Sun Hat/
  it.each([
    ['refuses', () => refuses(401)],
    ['is down', () => refuses(500, { 'retry-after-ms': '1' })],
    ['is overrun', () => refuses(429, { 'retry-after-ms': '1' })],
    ['answers no JSON', () => answersRaw('<html>oops</html>', 'text/html')],
    ['answers other JSON', () => answersRaw('{"ok":true}')],
    ['answers broken events', () => answersRaw('data: {"choices":[{"delta":\n\n', 'text/event-stream')],
    ['says nothing', () => says('')],
    ['breaks off', () => breaksOffAfter('Here is what')],
    ['falls silent', () => fallsSilentAfter('Here is')],
    ['never answers', () => () => undefined],
    ['calls no tool that there is', () => calls(['fly_to_moon', {}])],
  ])('that %s: the offline brain answers', async (_how, reply) => {
    server.script(reply())
    const { chat } = await newChat()
    const { events, answer } = await chat.ask('show me hats')
    expect(answer?.text).toMatch(offline)
    expect(answer?.products?.length).toBeGreaterThan(0)
    expect(outcomeOf(events)).toEqual({ type: 'success' })
    expect(asked).toEqual(['failed'])
  })

  it('in mid-run: the offline brain goes on, and nothing is done twice', async () => {
    server.script(calls(['search_products', { q: 'sun hat' }]), says('1. Sun Hat: ₹1,299'))
    const { shopper, chat } = await newChat()
    await chat.ask('sun hat?')
    server.script(
      calls(['add_to_cart', { productId: hat, quantity: 1 }]),
      refuses(503, { 'retry-after-ms': '1' }),
    )
    const { events, answer } = await chat.ask('add the first one')
    expect(answer?.text).toContain('Added 1 × Sun Hat')
    expect((await shopper.api.call('getCart')).items).toMatchObject([{ productId: hat, quantity: 1 }])
    expect(typesOf(events).filter((type) => type === 'TOOL_CALL_START')).toHaveLength(1)
    expect(outcomeOf(events)).toEqual({ type: 'success' })
  })

  it('after it has spoken: what it said stays, and the offline brain ends the answer', async () => {
    server.script(breaksOffAfter('Let me see. Here is wh'))
    const { chat } = await newChat()
    const { events, answer } = await chat.ask('show me hats')
    expect(answer?.text).toMatch(/^Let me see\.\s+Here are 2 I found/)
    expect(answer?.text).not.toContain('Here is wh')
    expect(spoken(events)).toBe(answer?.text)
  })

  it('again and again: it is left alone for a while, then asked again', async () => {
    server.script(says('Hello!'), refuses(401))
    const { chat } = await newChat()
    await chat.ask('hi')
    asked.length = 0
    for (let round = 0; round < 3; round += 1) await chat.ask('show me hats')
    const before = server.requests.length
    expect((await chat.ask('show me hats')).answer?.text).toMatch(offline)
    expect(server.requests).toHaveLength(before)
    expect(asked).toEqual(['failed', 'failed', 'failed', 'skipped'])
    now += 60_000
    server.script(says('I am back.'))
    expect((await chat.ask('hello?')).answer?.text).toBe('I am back.')
  })

  it('can be cancelled while it is waited for', async () => {
    server.script(() => undefined)
    const { chat } = await newChat()
    const { runId } = await chat.say('hello?')
    await chat.client.waitFor(
      'agent:event',
      (event) => event.runId === runId && event.type === 'REASONING_START',
    )
    expect(await chat.client.send('run:cancel', { sessionId: chat.sessionId })).toEqual({ cancelled: true })
    expect(outcomeOf(await chat.run(runId ?? ''))).toEqual({ type: 'cancelled' })
  })
})

describe('AGENT_BRAIN=llm', () => {
  it('asks the configured endpoint, and counts its tokens in the metrics', async () => {
    server.script(says('I am the configured one.'))
    const configured = await startWorld({
      config: { AGENT_BRAIN: 'llm', OPENAI_BASE_URL: server.url, OPENAI_MODEL: 'my-model' },
    })
    try {
      const shopper = await configured.signUp()
      const chat = await openChat(await shopper.connect('/chat'))
      expect((await chat.ask('who are you?')).answer?.text).toBe('I am the configured one.')
      expect(server.requests.at(-1)?.model).toBe('my-model')
      const metrics = (await (await fetch(`${configured.url}/metrics`)).text()).split('\n')
      const counted = metrics.filter((line) => line.startsWith('floorwalker_model'))
      expect(counted).toContain('floorwalker_model_tokens_total{model="test-model",direction="in"} 120')
      expect(counted).toContain('floorwalker_model_questions_total{outcome="answered"} 1')
    } finally {
      await configured.close()
    }
  })
})

const ADDRESS = {
  name: 'Asha Rao',
  line1: '12 MG Road',
  city: 'Bengaluru',
  state: 'Karnataka',
  postalCode: '560001',
  country: 'IN',
}

const orders = (userId: string) => world.ctx.db.collection('orders').countDocuments({ userId })
