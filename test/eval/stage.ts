import type { AgentEvent, Message, Product } from '../../src/contract/index.ts'
import { importCatalog } from '../../src/features/catalog/index.ts'
import type { Client } from '../support/client.ts'
import { type Shopper, startWorld, type World, type WorldOptions } from '../support/world.ts'

/** A tool that the agent ran in answer to a message. */
export interface PlayedTool {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  /** As the tool gave it; undefined while it waits for the customer's yes. */
  readonly result: unknown
}

/** What came of one message of the customer. */
export interface PlayedTurn {
  readonly said: string
  readonly tools: readonly PlayedTool[]
  /** What a tool gave that the customer has agreed to; its call was shown by the run that asked. */
  readonly confirmed: readonly unknown[]
  readonly answer: Message | undefined
  /** How the run ended: `success`, `interrupt`, `cancelled` or `error`. */
  readonly outcome: string
  /** From the message's sending to its run's end. */
  readonly milliseconds: number
}

/** A customer in a chat session of her own. */
export interface Player {
  readonly shopper: Shopper
  readonly sessionId: string
  say(text: string): Promise<PlayedTurn>
  close(): void
}

/** A whole shop to play dialogues on. */
export interface Stage {
  readonly world: World
  enter(): Promise<Player>
  /** Every product by its name in lower case. */
  catalog(): Promise<ReadonlyMap<string, Product>>
  close(): Promise<void>
}

/** Opens a shop on the demo catalog, or on a Shopify CSV. */
export async function openStage(options: WorldOptions & { readonly csv?: string } = {}): Promise<Stage> {
  const { csv, ...rest } = options
  const seeded = csv === undefined
  const world = await startWorld({
    ...rest,
    config: { SEED_DEMO: seeded ? 'true' : 'false', ...rest.config },
  })
  if (csv !== undefined) {
    await importCatalog(world.ctx, csv, {
      read() {},
      saved() {},
      skipped() {},
    })
  }
  return {
    world,
    enter: () => enter(world),
    catalog: () => catalogOf(world),
    close: () => world.close(),
  }
}

const MOST_AT_ONCE = 100

async function catalogOf(world: World): Promise<ReadonlyMap<string, Product>> {
  const products = new Map<string, Product>()
  for (let page = 1; ; page += 1) {
    const { items, total } = await world.api.call('listProducts', {
      query: { page, limit: MOST_AT_ONCE },
    })
    for (const product of items) products.set(product.name.toLowerCase(), product)
    if (page * MOST_AT_ONCE >= total) return products
  }
}

let messages = 0

async function enter(world: World): Promise<Player> {
  const shopper = await world.signUp()
  const client = await shopper.connect('/chat')
  const { sessionId } = await client.send('session:open', {})
  return {
    shopper,
    sessionId,
    async say(text) {
      messages += 1
      const began = performance.now()
      const { message } = await client.send('message:send', {
        sessionId,
        clientMessageId: `played-${messages}`,
        text,
      })
      const end = await client.waitFor(
        'agent:event',
        ({ runId, type }) => runId === message.runId && (type === 'RUN_FINISHED' || type === 'RUN_ERROR'),
      )
      const milliseconds = performance.now() - began
      const events = client.received('agent:event').filter(({ runId }) => runId === message.runId)
      return {
        said: text,
        tools: toolsOf(events),
        confirmed: confirmedBy(events),
        answer: await answerOf(client, events),
        outcome: outcomeOf(end),
        milliseconds,
      }
    },
    close: () => client.close(),
  }
}

/** An answer's message is stored with its run's end and may be sent right after it. */
async function answerOf(
  client: Client<'/chat'>,
  events: readonly AgentEvent[],
): Promise<Message | undefined> {
  const start = events.find(({ type }) => type === 'TEXT_MESSAGE_START')
  if (start === undefined || !('messageId' in start)) return undefined
  const { message } = await client.waitFor('message:new', ({ message: { id } }) => id === start.messageId)
  return message
}

function toolsOf(events: readonly AgentEvent[]): PlayedTool[] {
  return events.flatMap((event) => {
    if (event.type !== 'TOOL_CALL_START') return []
    const args = events
      .map((other) =>
        other.type === 'TOOL_CALL_ARGS' && other.toolCallId === event.toolCallId ? other.delta : '',
      )
      .join('')
    const result = events.find(
      (other) => other.type === 'TOOL_CALL_RESULT' && other.toolCallId === event.toolCallId,
    )
    return [
      {
        name: event.toolCallName,
        args: JSON.parse(args) as Record<string, unknown>,
        result: result?.type === 'TOOL_CALL_RESULT' ? JSON.parse(String(result.content)) : undefined,
      },
    ]
  })
}

function confirmedBy(events: readonly AgentEvent[]): unknown[] {
  const shown = new Set(
    events.flatMap((event) => (event.type === 'TOOL_CALL_START' ? [event.toolCallId] : [])),
  )
  return events.flatMap((event) =>
    event.type === 'TOOL_CALL_RESULT' && !shown.has(event.toolCallId)
      ? [JSON.parse(String(event.content))]
      : [],
  )
}

function outcomeOf(end: AgentEvent): string {
  if (end.type !== 'RUN_FINISHED') return 'error'
  const { outcome } = end
  return typeof outcome === 'object' && outcome !== null && 'type' in outcome
    ? String(outcome.type)
    : 'success'
}
