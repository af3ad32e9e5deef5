import type { ClientSession } from 'mongodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AgentEvent, Message } from '../../src/contract/index.ts'
import { type Chat, checkRun, openChat, outcomeOf, spoken } from '../support/chat.ts'
import { type Client, connectClient } from '../support/client.ts'
import { calls, fallsSilentAfter, type ModelServer, says, startModelServer } from '../support/model-server.ts'
import { answer, createScriptedBrain } from '../support/scripted-brain.ts'
import { shelve } from '../support/shelf.ts'
import { type ShopProcess, startShopProcess } from '../support/shop-process.ts'
import { startWire, type Wire } from '../support/wire.ts'
import { type Shopper, startWorld, type World } from '../support/world.ts'

const ONE = 'one hat please'
const ANOTHER = 'another hat please'

const brain = createScriptedBrain()
let survivor: World
let productId: string
/** An instance in a process of its own, its way to the database, and the model that it asks. */
let victim: ShopProcess
let wire: Wire
let model: ModelServer
let lock: ClientSession

beforeAll(async () => {
  for (const text of [ONE, ANOTHER]) {
    brain.on(text, (turn) =>
      turn.results.length > 0
        ? [answer(turn, 'The hat is in the cart.')]
        : [{ type: 'tool', callId: 'anew', name: 'add_to_cart', args: { productId } }],
    )
  }
  survivor = await startWorld({ brain })
  ;[productId = ''] = await shelve(survivor.ctx, [{ name: 'Sun Hat', variants: [{ quantity: 100 }] }])
  wire = await startWire(survivor.uri)
  model = await startModelServer()
  lock = survivor.ctx.client.startSession()
  const { mongo, jwtSecrets } = survivor.ctx.config
  victim = await startShopProcess({
    MONGODB_URI: wire.uri,
    MONGODB_DB: mongo.database,
    JWT_SECRET: jwtSecrets?.join(',') ?? '',
    BCRYPT_COST: '10',
    SEED_DEMO: 'false',
    LOG_LEVEL: 'error',
    AGENT_BRAIN: 'llm',
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'key',
  })
  await warmUp()
})
afterAll(async () => {
  await lock.endSession()
  await victim.stop('SIGKILL')
  await Promise.all([wire.close(), model.close()])
  await survivor.close()
})

/** The first run of a process loads what all runs need; on a busy machine that may outlast a lease. */
async function warmUp(): Promise<void> {
  const { token } = await survivor.guest()
  const client = await connectClient(victim.url, '/chat', token)
  const { say } = await openChat(client)
  model.script(says('Hello.'))
  const { runId } = await say('hello')
  await client.waitFor('agent:event', isOf(runId, 'RUN_FINISHED'))
  client.close()
}

/** A customer with a device on each instance, in one session that the victim owns, and a product in the cart. */
interface Scene {
  readonly shopper: Shopper
  readonly here: Chat
  readonly there: Chat
}

async function setScene(): Promise<Scene> {
  const shopper = await survivor.guest()
  await shopper.api.call('addCartItem', { body: { productId } })
  const here = await openChat(await connectClient(victim.url, '/chat', shopper.token))
  const there = await openChat(await shopper.connect('/chat'), here.sessionId)
  model.script(says('Hello.'))
  await here.ask('hello')
  await there.client.waitFor('agent:event', ({ type }) => type === 'RUN_FINISHED')
  return { shopper, here, there }
}

const isOf = (runId: string | undefined, type: string) => (event: AgentEvent) =>
  event.runId === runId && event.type === type
const isEnd = ({ type }: AgentEvent) => type === 'RUN_FINISHED' || type === 'RUN_ERROR'

/** What a device knows of a run at its end: what is told anew replaces what it had heard from there on. */
async function wholeRun(client: Client<'/chat'>, runId: string, begun: readonly AgentEvent[] = []) {
  await client.waitFor('agent:event', (event) => event.runId === runId && isEnd(event))
  const heard = [...begun, ...client.received('agent:event')].filter((event) => event.runId === runId)
  expect(heard.filter(isEnd)).toHaveLength(1)
  const whole: AgentEvent[] = []
  for (const event of heard) {
    expect(event.seq).toBeLessThanOrEqual(whole.length)
    whole.splice(event.seq, whole.length, event)
  }
  return whole
}

/** The run, the same to the device that stayed and to the one that came back; its words are those of the stored answer. */
async function endedOnce({ there }: Scene, back: Chat, { runId = '' }: Message): Promise<AgentEvent[]> {
  const stored = await back.answerOf(runId)
  const begun = back.opened.run?.runId === runId ? back.opened.run.events : []
  const events = await wholeRun(back.client, runId, begun)
  for (const seen of [events, await wholeRun(there.client, runId)]) {
    checkRun(back.sessionId, seen)
    expect(outcomeOf(seen)).toEqual({ type: 'success' })
    expect(spoken(seen)).toBe(stored.text)
  }
  return events
}

async function storedOf(back: Chat): Promise<Array<[number, string]>> {
  const { messages } = await back.client.send('history:list', { sessionId: back.sessionId })
  return messages.map(({ seq, role }) => [seq, role])
}

async function hatsOf({ shopper }: Scene): Promise<number[]> {
  return (await shopper.api.call('getCart')).items.map(({ quantity }) => quantity)
}

describe('kill -9 of an instance in the middle of runs', () => {
  let streaming: Scene
  let calling: Scene
  let called: Scene
  let begun: { answering: Message; waiting: Message; calling: Message; called: Message }
  const back = new Map<Scene, Chat>()
  const backIn = (scene: Scene): Chat => {
    const chat = back.get(scene)
    if (chat === undefined) throw new Error('nobody came back')
    return chat
  }

  it('(one streams, one waits, one calls a tool, one has done what it called for; the process ends)', async () => {
    streaming = await setScene()
    calling = await setScene()
    called = await setScene()

    model.script(fallsSilentAfter('Let me think about that for a good while, because it matters. '))
    const answering = await streaming.here.say('what is best?')
    for (const { client } of [streaming.here, streaming.there])
      await client.waitFor('agent:event', isOf(answering.runId, 'TEXT_MESSAGE_CONTENT'))
    const waiting = await streaming.here.say('are you there?')

    model.script(calls(['add_to_cart', { productId }]))
    lock.startTransaction()
    const carts = survivor.ctx.db.collection<{ _id: string }>('carts')
    await carts.updateOne({ _id: calling.shopper.id }, { $set: { locked: true } }, { session: lock })
    const held = await calling.here.say(ONE)
    await calling.here.client.waitFor('agent:event', isOf(held.runId, 'TOOL_CALL_END'))

    const cart = await called.shopper.connect('/cart')
    const changes = carts.watch([{ $match: { 'documentKey._id': called.shopper.id } }])
    await changes.tryNext()
    model.script((response, request) => {
      wire.silenceAfter('commitTransaction')
      return calls(['add_to_cart', { productId }])(response, request)
    })
    const done = await called.here.say(ANOTHER)
    await changes.next()
    await changes.close()
    cart.close()

    const scenes = [streaming, calling, called]
    const gone = Promise.all(scenes.map(({ here }) => here.client.ended))
    expect(await victim.stop('SIGKILL')).toBe('SIGKILL')
    await lock.abortTransaction()
    await gone
    await Promise.all(
      scenes.map(async (scene) => {
        back.set(scene, await openChat(await scene.shopper.connect('/chat'), scene.here.sessionId, 0))
      }),
    )
    begun = { answering, waiting, calling: held, called: done }
  })

  it('while an answer streams: another is made, under the same id', async () => {
    expect(spoken(await endedOnce(streaming, backIn(streaming), begun.answering))).toBe(
      'You said: what is best?',
    )
  })

  it('before the first event: the message is answered all the same', async () => {
    const { runId } = begun.waiting
    expect(streaming.here.client.received('agent:event').filter((event) => event.runId === runId)).toEqual([])
    expect(spoken(await endedOnce(streaming, backIn(streaming), begun.waiting))).toBe(
      'You said: are you there?',
    )
    expect(await storedOf(backIn(streaming))).toEqual([
      [1, 'customer'],
      [2, 'assistant'],
      [3, 'customer'],
      [4, 'customer'],
      [5, 'assistant'],
      [6, 'assistant'],
    ])
  })

  it("between a tool's call and its effect: it takes effect once", async () => {
    await endedOnce(calling, backIn(calling), begun.calling)
    expect(await hatsOf(calling)).toEqual([2])
  })

  it("between a tool's effect and its result: the result is told, and the tool does not run again", async () => {
    const { runId } = begun.called
    const isResult = isOf(runId, 'TOOL_CALL_RESULT')
    expect(called.here.client.received('agent:event').filter(isResult)).toEqual([])
    const events = await endedOnce(called, backIn(called), begun.called)
    expect(events.filter(isResult)).toHaveLength(1)
    expect(await hatsOf(called)).toEqual([2])
    expect(brain.turns.filter(({ text }) => text === ANOTHER).map(({ results }) => results.length)).toEqual([
      1,
    ])
  })
})
