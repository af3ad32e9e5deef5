import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NAMESPACES, type NamespaceName, Problem } from '../../src/contract/index.ts'
import { DEFAULT_LOCATION_ID } from '../../src/features/inventory/index.ts'
import type { Client } from '../support/client.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { changedCollections, databasePrint } from '../support/fuzz/database-print.ts'
import { type AsyncApiDocument, events, type FuzzedEvent } from '../support/fuzz/event-payloads.ts'
import { createKnownValues } from '../support/fuzz/known-values.ts'
import { bookOf } from '../support/fuzz/operations.ts'
import { shelve } from '../support/shelf.ts'
import type { Shopper } from '../support/world.ts'

const RUNS = Number(process.env.FUZZ_RUNS ?? 250)
/** Milliseconds for each namespace. */
const LIMIT = process.env.FUZZ_RUNS === undefined ? 5_000 : RUNS * 500
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101)
const MOST_FINDINGS = 20
/** The chat comes last: what its runs write would be taken for the others' doing. */
const namespaces: readonly NamespaceName[] = ['/cart', '/inventory', '/chat']

let world: ContractWorld
let shopper: Shopper
let document: AsyncApiDocument
const log: string[] = []
const known = createKnownValues()

beforeAll(async () => {
  world = await startContractWorld({
    log: pino({ level: 'warn' }, { write: (line: string) => void log.push(line) }),
  })
  const ids = await shelve(world.ctx, [
    { name: 'Lamp', variants: [{ sku: 'LAMP-1', quantity: 5_000 }] },
    { name: 'Nothing left', variants: [{ sku: 'NONE-1', quantity: 0 }] },
  ])
  known.add('productId', ...ids, 'lamp')
  known.add('sku', 'LAMP-1', 'NONE-1')
  known.add('locationId', DEFAULT_LOCATION_ID)
  shopper = await world.signUp()
  document = (await (await world.api.raw('/asyncapi.json')).json()) as AsyncApiDocument
})
afterAll(() => world.close())

/** A refused payment is no mistake without effect. */
const WITH_EFFECT = new Set(['payment_declined', 'payment_timeout'])

async function tryEvent(
  client: Client<NamespaceName>,
  { namespace, event, args }: FuzzedEvent,
): Promise<void> {
  const quiet = namespace !== '/chat'
  const before = quiet ? await databasePrint(world.ctx.db) : {}
  const answer = await client.emit(event, ...args)
  if (answer.ok) {
    const { sessionId, id } = answer.data as { sessionId?: string; id?: string }
    if (sessionId !== undefined) known.add('sessionId', sessionId)
    if (event === 'checkout:start' && id !== undefined) known.add('checkoutId', id)
    if (namespace === '/cart' && Array.isArray((answer.data as { items?: unknown }).items)) {
      known.learn('addCartItem', answer.data)
    }
    return
  }
  const problem = Problem.parse(answer.error)
  expect(problem.status, JSON.stringify(problem)).toBeLessThan(500)
  const table = NAMESPACES[namespace].client as Record<string, { errors: readonly string[] }>
  const own = Object.hasOwn(table, event) ? (table[event]?.errors ?? []) : ['not_found']
  const anywhere = ['validation_failed', 'rate_limited', 'unauthenticated', 'idempotency_conflict']
  expect([...own, ...anywhere]).toContain(problem.code)
  if (quiet && !WITH_EFFECT.has(problem.code)) {
    expect(changedCollections(before, await databasePrint(world.ctx.db)), problem.code).toEqual([])
  }
}

test.each(namespaces)(
  'every event of %s is answered as the description says, whatever is sent',
  async (namespace) => {
    const client = await world.connect(namespace, shopper.token)
    const findings = new Map<string, string>()
    await fc.assert(
      fc.asyncProperty(
        events(namespace, document, bookOf({ ...document, paths: {} }), known),
        async (sent) => {
          await tryEvent(client, sent).catch((error: unknown) => {
            const what = `${sent.event}: ${String(error).slice(0, 600)}`
            const told = JSON.stringify(sent.args)?.slice(0, 300)
            if (findings.size < MOST_FINDINGS) findings.set(what.replace(/[0-9a-z]{24}/g, 'id'), told)
          })
        },
      ),
      { seed: SEED, numRuns: Math.ceil(RUNS / 3), endOnFailure: true, interruptAfterTimeLimit: LIMIT },
    )
    expect(Object.fromEntries(findings)).toEqual({})
    expect(client.socket.connected).toBe(true)
    expect(log).toEqual([])
  },
  30_000 + LIMIT,
)
