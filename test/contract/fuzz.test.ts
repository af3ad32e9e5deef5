import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_LOCATION_ID } from '../../src/features/inventory/index.ts'
import { seedCoupons } from '../../src/features/loyalty/index.ts'
import { seedGiftCards } from '../../src/features/payments/index.ts'
import { type ContractWorld, startContractWorld } from '../support/contract-world.ts'
import { changedCollections, databasePrint } from '../support/fuzz/database-print.ts'
import { createHttpSender, type HttpSender, type WireAnswer } from '../support/fuzz/http-sender.ts'
import { createKnownValues, type KnownValues } from '../support/fuzz/known-values.ts'
import { bookOf, type OpenApiDocument, operationsOf } from '../support/fuzz/operations.ts'
import { judgeAnswer } from '../support/fuzz/rest-judge.ts'
import { type Bearer, type FuzzedRequest, restRequests } from '../support/fuzz/rest-requests.ts'
import { shelve } from '../support/shelf.ts'

const RUNS = Number(process.env.FUZZ_RUNS ?? 250)
/** Milliseconds; the requests are the same each time, and a busy machine tries fewer of them. */
const LIMIT = process.env.FUZZ_RUNS === undefined ? 12_000 : RUNS * 500
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101)
const SLOW_MS = 1_000
const MOST_FINDINGS = 20

let world: ContractWorld
let sender: HttpSender
let document: OpenApiDocument
const known: KnownValues = createKnownValues()
const tokens = new Map<Bearer, string>()

beforeAll(async () => {
  world = await startContractWorld({ config: { RATE_LIMIT_SIGNIN: '1000/1m' } })
  const { ctx } = world
  await Promise.all([seedCoupons(ctx), seedGiftCards(ctx)])
  const ids = await shelve(ctx, [
    { name: 'Lamp', variants: [{ sku: 'LAMP-1', quantity: 5_000 }] },
    {
      name: 'Shirt',
      variants: [
        { sku: 'SHIRT-S', size: 'S', quantity: 5_000 },
        { sku: 'SHIRT-M', size: 'M' },
      ],
    },
    { name: 'Nothing left', variants: [{ sku: 'NONE-1', quantity: 0 }] },
  ])
  known.add('productId', ...ids, 'lamp')
  known.add('sku', 'LAMP-1', 'SHIRT-S', 'NONE-1')
  known.add('locationId', DEFAULT_LOCATION_ID)
  for (const bearer of ['guest', 'shopper', 'admin'] as const) await renew(bearer)
  sender = createHttpSender(world.url)
  document = (await (await world.api.raw('/openapi.json')).json()) as OpenApiDocument
})
afterAll(async () => {
  sender.close()
  await world.close()
})

async function renew(bearer: Bearer): Promise<void> {
  const person = await (bearer === 'admin'
    ? world.admin()
    : bearer === 'guest'
      ? world.guest()
      : world.signUp())
  tokens.set(bearer, person.token)
  if (person.email !== '') known.add('email', person.email)
  known.add('refreshToken', person.refreshToken)
}

function describe({ method, target, bearer, headers, body }: FuzzedRequest): string {
  return `${bearer} ${method} ${target.slice(0, 200)} ${JSON.stringify(headers).slice(0, 200)} ${body?.toString('utf8').slice(0, 300)}`
}

async function send(request: FuzzedRequest): Promise<WireAnswer> {
  const token = tokens.get(request.bearer)
  const headers = { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...request.headers }
  return sender.send({ ...request, headers })
}

/** The payment of an order that is declined, and a refresh token that is used again, are no mistakes without effect. */
const HAS_EFFECT = /"code":"(?:payment_declined|payment_timeout|refresh_reused)"/

test(
  'no request is answered with anything that the description does not say',
  async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(document, 'openapi')
    const fits = (request: FuzzedRequest): boolean => {
      const { operation, json } = request
      if (operation.body === undefined || json === undefined) return true
      const steps = ['paths', operation.path, operation.method.toLowerCase()].map((step) =>
        encodeURIComponent(step.replaceAll('/', '~1')),
      )
      const schema = ajv.getSchema(`openapi#/${steps.join('/')}/requestBody/content/application~1json/schema`)
      return schema?.(JSON.parse(JSON.stringify(json) ?? 'null')) === true
    }
    let before = await databasePrint(world.ctx.db)
    const tryOne = async (request: FuzzedRequest): Promise<void> => {
      let answer = await send(request)
      const { operation, bearer } = request
      const reads = ['GET', 'HEAD', 'OPTIONS'].includes(request.method)
      const after = reads ? before : await databasePrint(world.ctx.db)
      const changed = changedCollections(before, after)
      before = after
      judgeAnswer(world.documents, request, answer)
      if (answer.status >= 400 && !HAS_EFFECT.test(answer.text)) expect(changed, answer.text).toEqual([])
      if (request.method === operation.method && !fits(request)) {
        expect(answer.status, 'taken although the description does not allow it').toBeGreaterThanOrEqual(400)
      }
      if (answer.status < 300 && answer.text !== '') known.learn(operation.id, JSON.parse(answer.text))
      const lost = bearer !== 'none' && bearer !== 'bad' && /token_revoked/.test(answer.text)
      // a machine that is busy with other things is slow now and then, a slow answer is slow each time
      for (let turn = 0; turn < 2 && answer.ms > SLOW_MS; turn += 1) {
        answer = await send(request)
        before = await databasePrint(world.ctx.db)
      }
      expect(answer.ms, 'the answer took too long').toBeLessThan(SLOW_MS)
      if (!lost && operation.id !== 'logOut') return
      await renew(bearer)
      before = await databasePrint(world.ctx.db)
    }
    const findings = new Map<string, string>()
    await fc.assert(
      fc.asyncProperty(restRequests(operationsOf(document), bookOf(document), known), async (request) => {
        await tryOne(request).catch((error: unknown) => {
          const what = `${request.operation.id}: ${String(error).slice(0, 600)}`
          if (findings.size < MOST_FINDINGS)
            findings.set(what.replace(/[0-9a-z]{24}/g, 'id'), describe(request))
        })
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true, interruptAfterTimeLimit: LIMIT },
    )
    expect(Object.fromEntries(findings)).toEqual({})
  },
  30_000 + LIMIT,
)
