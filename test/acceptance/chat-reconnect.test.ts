import { afterEach, describe, expect, it } from 'vitest'
import type { AgentEvent } from '../../src/contract/index.ts'
import { getCart } from '../../src/features/cart/index.ts'
import { checkRun, openChat, outcomeOf, spoken } from '../support/chat.ts'
import { answer, createScriptedBrain, gate } from '../support/scripted-brain.ts'
import { shelve } from '../support/shelf.ts'
import { startWorld, type World } from '../support/world.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0).reverse()) await world.close().catch(() => undefined)
})

/** Two instances on one database, each with a brain of its own. */
async function twoInstances() {
  const [firstBrain, secondBrain] = [createScriptedBrain(), createScriptedBrain()]
  const first = await startWorld({ brain: firstBrain })
  worlds.push(first)
  const second = await startWorld({ brain: secondBrain, on: first })
  worlds.push(second)
  const shopper = await first.signUp()
  return {
    first,
    second,
    firstBrain,
    secondBrain,
    shopper,
    here: () => first.connect('/chat', shopper.token),
    there: () => second.connect('/chat', shopper.token),
  }
}

/** As if the process were gone: nothing it does reaches the database or anybody else any more. */
async function kill(world: World): Promise<void> {
  await world.ctx.client.close(true)
}

describe('coming back', () => {
  it('brings what was said meanwhile', async () => {
    const { here, there } = await twoInstances()
    const chat = await openChat(await here())
    const { answer: first } = await chat.ask('one')
    chat.client.close()
    const other = await openChat(await there(), chat.sessionId)
    await other.ask('two')
    const back = await openChat(await here(), chat.sessionId, first?.seq)
    expect(back.opened).toMatchObject({ state: 'idle', lastSeq: 4 })
    expect(back.opened.messages.map(({ seq, text }) => [seq, text])).toEqual([
      [3, 'two'],
      [4, 'You said: two'],
    ])
  })

  it('shows the run under way from its first event on, to devices on both instances', async () => {
    const { here, there, firstBrain } = await twoInstances()
    const hold = gate()
    firstBrain.on('slowly', async function* (turn) {
      yield { type: 'piece', text: 'Well. ' }
      await hold.open
      yield answer(turn, 'Well. here I am.')
    })
    const chat = await openChat(await here())
    const message = await chat.say('slowly')
    await chat.client.waitFor('agent:event', ({ type }) => type === 'TEXT_MESSAGE_CONTENT')
    const late = await openChat(await there(), chat.sessionId)
    expect(late.opened.run?.runId).toBe(message.runId)
    expect(late.opened.state).toBe('answering')
    hold.release()
    const seen = await chat.run(message.runId ?? '')
    await late.client.waitFor('agent:event', ({ type }) => type === 'RUN_FINISHED')
    const whole = [...(late.opened.run?.events ?? []), ...late.client.received('agent:event')]
    const unique = [...new Map(whole.map((event): [number, AgentEvent] => [event.seq, event])).values()]
    expect(unique).toEqual(seen)
    await late.client.waitFor('message:new', ({ message: said }) => said.role === 'assistant')
    expect(late.client.received('message:new').at(-1)).toEqual(chat.client.received('message:new').at(-1))
  })

  it('answers a message that came in at the other instance', async () => {
    const { here, there } = await twoInstances()
    const chat = await openChat(await here())
    await chat.ask('hello from here')
    const other = await openChat(await there(), chat.sessionId)
    const { message, events } = await other.ask('hello from there')
    const seen = await chat.run(message.runId ?? '')
    expect(seen).toEqual(events)
    await chat.client.waitFor('message:new', ({ message: said }) => said.id === message.id)
  })
})

describe('an instance that dies', () => {
  it('in the middle of an answer leaves its run to another, under the same id', async () => {
    const { first, here, there, firstBrain } = await twoInstances()
    const never = gate()
    firstBrain.on('slowly', async function* (turn) {
      yield { type: 'piece', text: 'Well. ' }
      await never.open
      yield answer(turn, 'too late')
    })
    const chat = await openChat(await here())
    const watching = await openChat(await there(), chat.sessionId)
    const message = await chat.say('slowly')
    await watching.client.waitFor('agent:event', ({ type }) => type === 'TEXT_MESSAGE_CONTENT')
    await kill(first)
    chat.client.close()
    const back = await openChat(await there(), chat.sessionId, 0)
    expect(back.opened.messages.map(({ id }) => id)).toEqual([message.id])
    const { runId = '' } = message
    await back.client.waitFor(
      'agent:event',
      (event) => event.runId === runId && event.type === 'RUN_FINISHED',
    )
    const events = [...(back.opened.run?.events ?? []), ...back.client.received('agent:event')].filter(
      (event) => event.runId === runId,
    )
    checkRun(chat.sessionId, events)
    expect(spoken(events)).toBe('You said: slowly')
    expect((await back.answerOf(runId)).text).toBe('You said: slowly')
    never.release()
  })

  it('after a tool has run leaves its result, and the tool does not run again', async () => {
    const { first, second, here, there, firstBrain, secondBrain, shopper } = await twoInstances()
    const [productId = ''] = await shelve(first.ctx, [{ name: 'Sun Hat' }])
    const never = gate()
    const adding = { type: 'tool' as const, callId: 'add', name: 'add_to_cart' as const, args: { productId } }
    firstBrain.on('add one', async function* (turn) {
      if (turn.results.length === 0) yield adding
      else await never.open
    })
    secondBrain.on('add one', (turn) =>
      turn.results.length === 0 ? [adding] : [answer(turn, 'Added once.')],
    )
    const chat = await openChat(await here())
    const message = await chat.say('add one')
    await chat.client.waitFor('agent:event', ({ type }) => type === 'TOOL_CALL_RESULT')
    await kill(first)
    chat.client.close()
    const back = await openChat(await there(), chat.sessionId)
    const { runId = '' } = message
    await back.client.waitFor(
      'agent:event',
      (event) => event.runId === runId && event.type === 'RUN_FINISHED',
    )
    const events = [...(back.opened.run?.events ?? []), ...back.client.received('agent:event')].filter(
      (event) => event.runId === runId,
    )
    checkRun(chat.sessionId, events)
    expect(events.filter(({ type }) => type === 'TOOL_CALL_RESULT')).toHaveLength(1)
    const caller = { userId: shopper.id, role: 'customer' as const, requestId: 'test', via: 'rest' as const }
    const cart = await getCart(second.ctx, caller)
    expect(cart.items.map(({ quantity }) => quantity)).toEqual([1])
    never.release()
  })

  it('when it stops cleanly gives its sessions over at once', async () => {
    const { first, here, there, firstBrain } = await twoInstances()
    const hold = gate()
    firstBrain.on('slowly', async function* (turn) {
      await hold.open
      yield answer(turn, 'Here I am.')
    })
    const chat = await openChat(await here())
    const other = await openChat(await there(), chat.sessionId)
    const slow = await chat.say('slowly')
    const next = await chat.say('and you?')
    await chat.client.waitFor('agent:event', ({ type }) => type === 'RUN_STARTED')
    const stopped = first.close()
    hold.release()
    await stopped
    expect(outcomeOf(await other.run(slow.runId ?? ''))).toEqual({ type: 'success' })
    expect(outcomeOf(await other.run(next.runId ?? ''))).toEqual({ type: 'success' })
    expect((await other.answerOf(slow.runId ?? '')).text).toBe('Here I am.')
    expect((await other.answerOf(next.runId ?? '')).text).toBe('You said: and you?')
  })
})

describe('an answer', () => {
  it('costs the same few writes however long it is', async () => {
    const brain = createScriptedBrain()
    const world = await startWorld({ brain })
    worlds.push(world)
    brain.on('short', (turn) => [answer(turn, 'Yes.')])
    brain.on('long', (turn) => [answer(turn, 'word '.repeat(2_000).trim())])
    const chat = await openChat(await (await world.signUp()).connect('/chat'))
    await chat.ask('hello')
    const written: string[] = []
    const feed = world.ctx.db.watch([], { maxAwaitTimeMS: 100 })
    await feed.tryNext()
    const countWrites = async (text: string) => {
      const { events } = await chat.ask(text)
      written.length = 0
      await world.ctx.db.collection('marks').insertOne({ text })
      for (;;) {
        const change = await feed.next()
        const collection =
          'ns' in change && change.ns !== undefined && 'coll' in change.ns ? change.ns.coll : ''
        if (collection === 'marks' && change.operationType === 'insert') break
        if (collection !== '' && collection.startsWith('chat_')) written.push(collection)
        if (collection === 'actors' && change.operationType === 'update') {
          const fields = Object.keys(change.updateDescription.updatedFields ?? {})
          if (fields.includes('revision')) written.push(collection)
        }
        if (collection === 'instance_packets') written.push(collection)
      }
      return { events, collections: [...written].sort() }
    }
    const short = await countWrites('short')
    const long = await countWrites('long')
    await feed.close()
    expect(long.events.length).toBeGreaterThan(300)
    // The message; then in one transaction its answer, the run's end, the message out of the mailbox, the snapshot.
    const few = ['actors', 'chat_messages', 'chat_messages', 'chat_messages', 'chat_runs']
    expect(short.collections).toEqual(few)
    expect(long.collections).toEqual(few)
  })
})
