import { type ChangeStreamDocument, Collection } from 'mongodb'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AgentEvent, Message, OpenedSession } from '../../src/contract/index.ts'
import { getCart } from '../../src/features/cart/index.ts'
import type { ConversationOptions } from '../../src/features/conversation/index.ts'
import { checkRun, openChat, outcomeOf, spoken } from '../support/chat.ts'
import { answer, createScriptedBrain, gate } from '../support/scripted-brain.ts'
import { shelve } from '../support/shelf.ts'
import { startWire } from '../support/wire.ts'
import { startWorld, type World } from '../support/world.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0).reverse()) await world.close().catch(() => undefined)
})

/** So that nobody waits as long for the silent as a shop does. */
const IMPATIENT = { leaseMs: 2_000, sweepMs: 500, lookMs: 300 }

/** Two instances on one database, each with a brain of its own. */
async function twoInstances(conversations: ConversationOptions = {}) {
  const [firstBrain, secondBrain] = [createScriptedBrain(), createScriptedBrain()]
  const first = await startWorld({ brain: firstBrain, conversations })
  worlds.push(first)
  const second = await startWorld({ brain: secondBrain, on: first, conversations })
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

/** The error of a change stream whose place is no longer in the database's history. */
const HISTORY_LOST = 286
/** One after which it goes on where it was. */
const INTERRUPTED = 11601
/** Of the packets between the socket doors: the first, and those after it. */
const HEARTBEATS = [1, 2]
const isEnd = ({ type }: AgentEvent) => type === 'RUN_FINISHED' || type === 'RUN_ERROR'

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

  it('in the middle of a stream gives what was said so far, and then all that follows, each once', async () => {
    const { here, there, firstBrain } = await twoInstances()
    const words = Array.from({ length: 400 }, (_, index) => `This is the sentence number ${index}. `)
    firstBrain.on('on and on', async function* (turn) {
      for (const text of words) {
        yield { type: 'piece', text }
        await new Promise((resolve) => setImmediate(resolve))
      }
      yield answer(turn, words.join(''))
    })
    const chat = await openChat(await here())
    const devices = await Promise.all([here(), there(), here(), there()])
    const { runId = '' } = await chat.say('on and on')
    const openings = await Promise.all(
      devices.map(async (client, index) => {
        const heard = () => client.received('agent:event').length
        const isPiece = ({ type, seq }: AgentEvent) => type === 'TEXT_MESSAGE_CONTENT' && seq > index * 40
        await chat.client.waitFor('agent:event', isPiece)
        const { promise, resolve } = Promise.withResolvers<{ begun: AgentEvent[]; heardBefore: number }>()
        client.socket.emit('session:open', { sessionId: chat.sessionId }, (ack: { data: OpenedSession }) =>
          resolve({ begun: ack.data.run?.events ?? [], heardBefore: heard() }),
        )
        return { client, ...(await promise) }
      }),
    )
    const whole = await chat.run(runId)
    expect(openings.some(({ begun }) => begun.length > 0)).toBe(true)
    for (const { client, begun, heardBefore } of openings) {
      await client.waitFor('agent:event', isEnd)
      expect(heardBefore).toBe(0)
      expect([...begun, ...client.received('agent:event')].map(({ seq }) => seq)).toEqual(
        whole.map(({ seq }) => seq),
      )
    }
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

describe('a device that comes at a bad moment', () => {
  it('misses no message that is stored while it is told which was the last', async () => {
    const { here, there } = await twoInstances()
    const chat = await openChat(await here())
    await chat.ask('hello')
    const late = await there()
    const findOne = Collection.prototype.findOne
    let between: Promise<Message> | undefined
    const spy = vi.spyOn(Collection.prototype, 'findOne').mockImplementation(async function (
      this: Collection,
      filter = {},
      options = {},
    ) {
      if (this.collectionName === 'chat_messages' && 'sort' in options && between === undefined) {
        between = chat.say('and another thing')
        await between
      }
      return findOne.call(this, filter, options)
    })
    const { opened, client, answerOf } = await openChat(late, chat.sessionId, 2)
    spy.mockRestore()
    const message = await between
    expect(message).toMatchObject({ seq: 3 })
    await answerOf(message?.runId ?? '')
    const told = client.received('message:new').map((event) => event.message.seq)
    const seen = [...opened.messages.map(({ seq }) => seq), ...told]
    expect(seen).toEqual([3, 4])
  })

  /** As when the database is slow to tell the instances what the others have said. */
  async function deafen(world: World) {
    await world.ctx.client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode: 'alwaysOn',
      data: {
        failCommands: ['aggregate', 'getMore'],
        namespace: `${world.ctx.db.databaseName}.instance_packets`,
        errorCode: INTERRUPTED,
      },
    })
    return (by: World) =>
      by.ctx.client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' })
  }
  /** A run that begins and ends while a device is there of which its owner does not know. */
  async function runUnheard() {
    const instances = await twoInstances({ lookMs: IMPATIENT.lookMs })
    const { first, second, here, there, firstBrain } = instances
    const hold = gate()
    firstBrain.on('slowly', async function* (turn) {
      await hold.open
      yield answer(turn, 'Here I am.')
    })
    const chat = await openChat(await here())
    const { runId = '' } = await chat.say('slowly')
    await chat.client.waitFor('agent:event', ({ type }) => type === 'RUN_STARTED')
    const hear = await deafen(first)
    for (const { api } of [first, second])
      await expect.poll(async () => (await api.raw('/health/ready')).status, { timeout: 10_000 }).toBe(503)
    const late = await openChat(await there(), chat.sessionId)
    expect(late.opened.run).toEqual({ runId, events: [] })
    hold.release()
    await chat.run(runId)
    return { ...instances, chat, late, runId, hear }
  }

  it('is told a run whose owner learns of it only when the run is over', async () => {
    const { first, chat, late, runId, hear } = await runUnheard()
    await hear(first)
    expect(await late.run(runId)).toEqual(await chat.run(runId))
    expect((await late.answerOf(runId)).text).toBe('Here I am.')
    await late.client.waitFor('session:state', ({ state }) => state === 'idle')
  })

  it('is told how a run ended whose owner never learns of it', async () => {
    const { first, second, late, runId, hear } = await runUnheard()
    await kill(first)
    await hear(second)
    const events = await late.run(runId)
    expect(spoken(events)).toBe('Here I am.')
    await late.client.waitFor('session:state', ({ state }) => state === 'idle')
  })

  it('after the answer is not told how it came about', async () => {
    const { here, there } = await twoInstances()
    const chat = await openChat(await here())
    const { message } = await chat.ask('hello')
    const late = await openChat(await there(), chat.sessionId)
    expect(late.opened.messages).toHaveLength(2)
    const { message: next } = await late.ask('and now?')
    const runs = new Set(late.client.received('agent:event').map(({ runId }) => runId))
    expect([...runs]).toEqual([next.runId])
    expect(message.runId).not.toBe(next.runId)
  })
})

describe('an instance that has missed what the others said', () => {
  it('tells its devices what was stored meanwhile', async () => {
    const { first, second, here, there } = await twoInstances()
    const chat = await openChat(await here())
    const other = await openChat(await there(), chat.sessionId)
    await chat.ask('hello')
    const admin = first.ctx.client.db('admin')
    const isReady = async () => (await second.api.raw('/health/ready')).status === 200
    await admin.command({
      configureFailPoint: 'failCommand',
      mode: 'alwaysOn',
      data: {
        failCommands: ['aggregate', 'getMore'],
        namespace: `${first.ctx.db.databaseName}.instance_packets`,
        errorCode: HISTORY_LOST,
      },
    })
    await expect.poll(isReady, { timeout: 10_000 }).toBe(false)
    await chat.ask('are you there?')
    expect(other.client.received('message:new')).toHaveLength(2)
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' })
    const { message } = await other.client.waitFor('message:new', ({ message: said }) => said.seq === 4)
    expect(message.text).toBe('You said: are you there?')
    expect(other.client.received('message:new').map(({ message: said }) => said.seq)).toEqual([1, 2, 3, 4])
  })
})

describe('an instance that dies', () => {
  it('in the middle of an answer leaves its run to another, under the same id', async () => {
    const { first, here, there, firstBrain } = await twoInstances(IMPATIENT)
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
    const { first, second, here, there, firstBrain, secondBrain, shopper } = await twoInstances(IMPATIENT)
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

  it('between storing the end of a run and telling it leaves that to those who wait for it', async () => {
    const staying = await startWorld({ conversations: IMPATIENT })
    worlds.push(staying)
    const wire = await startWire(staying.uri)
    const brain = createScriptedBrain()
    const dying = await startWorld({ on: staying, brain, config: { MONGODB_URI: wire.uri } })
    worlds.push(dying)
    brain.on('think', (turn) => {
      wire.silenceAfter('commitTransaction')
      return [answer(turn, 'Thought through.')]
    })
    const shopper = await staying.signUp()
    const chat = await openChat(await dying.connect('/chat', shopper.token))
    await chat.ask('hello')
    const watching = await openChat(await shopper.connect('/chat'), chat.sessionId)
    const ended = staying.ctx.db
      .collection('chat_runs')
      .watch([{ $match: { 'fullDocument.state': 'ended' } }], { fullDocument: 'updateLookup' })
    await ended.tryNext()
    const { runId = '' } = await chat.say('think')
    await ended.next()
    await ended.close()
    const events = await watching.run(runId)
    expect(spoken(events)).toBe('Thought through.')
    expect((await watching.answerOf(runId)).text).toBe('Thought through.')
    expect(
      chat.client.received('agent:event').filter((event) => event.runId === runId && isEnd(event)),
    ).toEqual([])
    wire.restore()
    await dying.close()
    await wire.close()
  })

  it('when it stops cleanly gives its sessions over at once', async () => {
    const { first, here, there, firstBrain } = await twoInstances(IMPATIENT)
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
  const goesByTheClock = (change: ChangeStreamDocument): boolean => {
    if (change.operationType === 'update')
      return change.ns.coll === 'actors' && !('revision' in (change.updateDescription.updatedFields ?? {}))
    return (
      change.operationType === 'insert' &&
      change.ns.coll === 'socket_packets' &&
      HEARTBEATS.includes(change.fullDocument.type)
    )
  }
  /** What the work writes to the database, by collection, but for what goes by the clock: renewed leases, heartbeats. */
  async function writesOf(world: World) {
    const feed = world.ctx.db.watch([], { maxAwaitTimeMS: 100 })
    await feed.tryNext()
    let marks = 0
    return {
      close: () => feed.close(),
      async during(work: () => Promise<unknown>): Promise<string[]> {
        const written: string[] = []
        await world.ctx.db.collection<{ _id: string }>('marks').insertOne({ _id: `${marks++}` })
        await work()
        const until = `${marks++}`
        await world.ctx.db.collection<{ _id: string }>('marks').insertOne({ _id: until })
        for (;;) {
          const change = await feed.next()
          if (!('documentKey' in change)) continue
          const { coll } = change.ns
          if (coll === 'marks') {
            if (String(change.documentKey._id) === until) return written.sort()
            written.length = 0
            continue
          }
          if (!goesByTheClock(change)) written.push(coll)
        }
      },
    }
  }
  // The message; then in one transaction its answer, the run's end, the message out of the mailbox, the snapshot.
  const FEW = ['actors', 'chat_messages', 'chat_messages', 'chat_messages', 'chat_runs']
  const LONG = 'word '.repeat(2_000).trim()

  it('costs the same few writes however long it is, while all sockets of the session are on its owner', async () => {
    const { first, here, firstBrain } = await twoInstances()
    firstBrain.on('short', (turn) => [answer(turn, 'Yes.')])
    firstBrain.on('long', (turn) => [answer(turn, LONG)])
    const chat = await openChat(await here())
    const device = await openChat(await here(), chat.sessionId)
    await chat.ask('hello')
    const writes = await writesOf(first)
    expect(await writes.during(() => chat.ask('short'))).toEqual(FEW)
    expect(await writes.during(() => chat.ask('long'))).toEqual(FEW)
    await writes.close()
    expect(device.client.received('agent:event').length).toBeGreaterThan(300)
    expect(device.client.received('agent:event')).toEqual(chat.client.received('agent:event'))
  })

  it('is carried to another instance while that one has a socket of the session, and no longer', async () => {
    const { first, second, here, there, firstBrain } = await twoInstances()
    firstBrain.on('long', (turn) => [answer(turn, LONG)])
    const chat = await openChat(await here())
    const other = await openChat(await there(), chat.sessionId)
    await chat.ask('hello')
    const writes = await writesOf(first)
    const carried = await writes.during(async () => {
      const { message } = await chat.ask('long')
      expect(spoken(await other.run(message.runId ?? ''))).toBe(LONG)
    })
    expect(carried).toContain('instance_packets')
    const left = first.ctx.db
      .collection('instance_packets')
      .watch([{ $match: { 'fullDocument.packet.topic': 'chat:left' } }])
    await left.tryNext()
    other.client.close()
    await left.next()
    await left.close()
    await expect.poll(() => second.io.of('/chat').sockets.size).toBe(0)
    await chat.ask('hello again')
    expect(await writes.during(() => chat.ask('long'))).toEqual(FEW)
    await writes.close()
  })
})
