import { createHmac } from 'node:crypto'
import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { PROBLEMS, type ProblemCode } from '../contract/index.ts'
import { after } from './clock.ts'
import { defineCollection } from './collection.ts'
import type { Context } from './context.ts'
import { ShopError } from './errors.ts'
import { isDuplicateKey } from './transaction.ts'

/** For how long a key is good. */
export const KEY_KEPT_MS = 24 * 60 * 60 * 1000
/** After this a claim whose owner is silent is taken to be dead, and a retry runs the command again. */
const CLAIM_MS = 30_000
const CLAIM_RENEWAL_MS = 10_000

const problemCodes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]

const Failure = z.object({
  code: z.enum(problemCodes),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()),
})

const KeyDocument = z.object({
  _id: z.string(),
  userId: z.string(),
  command: z.string(),
  fingerprint: z.string(),
  /** The shape of the stored answer, where one command answers differently at different doors. */
  form: z.string(),
  claim: z.string(),
  state: z.enum(['running', 'done']),
  claimedUntil: z.date(),
  answer: z.unknown().optional(),
  failure: Failure.optional(),
  expiresAt: z.date(),
})
type KeyDocument = z.infer<typeof KeyDocument>

export const idempotencyKeys = defineCollection({
  name: 'idempotency_keys',
  schema: KeyDocument,
  indexes: [{ key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
})

/** The right to run a command under a key. */
export interface IdempotencyClaim {
  /** The same for every try of one request, so that a command that was cut short can find what it has done. */
  readonly key: string
  /**
   * Stores the answer (the JSON that the client gets) within the command's own transaction, so that the key and
   * the effect are committed together. Without it the answer is stored when the command has returned.
   */
  complete(session: ClientSession, answer: unknown): Promise<void>
  /**
   * Stores a refusal within a transaction that changes what a retry would find. Without it the refusal is stored when
   * the command has thrown it.
   */
  refuse?(session: ClientSession, error: ShopError): Promise<void>
}

export interface IdempotentRequest {
  readonly userId: string
  readonly key: string
  /** The same name at every door. */
  readonly command: string
  /** Names the shape of the answer; a replay in another shape runs the command again, which must be safe. */
  readonly form?: string
  /** The parsed body; compared by content. */
  readonly request: unknown
}

/**
 * Runs `work` once for each key: a repetition gets the first answer, or the first 4xx ShopError, for 24 hours. 5xx is not kept.
 * @throws ShopError `idempotency_conflict` (other content), `idempotency_in_flight` (with retryAfter), or what `work` throws
 */
export async function runIdempotent<T>(
  ctx: Context,
  request: IdempotentRequest,
  work: (claim: IdempotencyClaim) => Promise<T>,
): Promise<T> {
  const form = request.form ?? request.command
  const claim = ctx.ids.next()
  const _id = `${request.userId}:${request.key}`
  const found = await claimKey(ctx, { ...request, form }, _id, claim)
  if (found !== null) return replay(ctx, found, { ...request, form }, work)
  const keys = idempotencyKeys.in(ctx.db)
  const mine = { _id, claim }
  const renewal = setInterval(() => {
    keys
      .updateOne({ ...mine, state: 'running' }, { $set: { claimedUntil: after(ctx.clock, CLAIM_MS) } })
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'an idempotency claim could not be renewed'))
  }, CLAIM_RENEWAL_MS)
  const store = async (session: ClientSession, outcome: Outcome) => {
    const { matchedCount } = await keys.updateOne(mine, { $set: done(ctx, outcome) }, { session })
    if (matchedCount === 0) throw inFlight()
  }
  try {
    const answer = await work({
      key: _id,
      complete: (session, value) => store(session, { answer: value ?? null }),
      refuse: (session, error) => store(session, { failure: failureOf(error) }),
    })
    await keys.updateOne({ ...mine, state: 'running' }, { $set: done(ctx, { answer: answer ?? null }) })
    return answer
  } catch (error) {
    await settleFailure(ctx, mine, error)
    throw error
  } finally {
    clearInterval(renewal)
  }
}

/** Takes the key for this claim; null when taken, else the document of the one who has it. */
async function claimKey(
  ctx: Context,
  request: IdempotentRequest & { form: string },
  _id: string,
  claim: string,
): Promise<KeyDocument | null> {
  const keys = idempotencyKeys.in(ctx.db)
  const document: KeyDocument = {
    _id,
    userId: request.userId,
    command: request.command,
    fingerprint: fingerprints(ctx, request)[0] ?? '',
    form: request.form,
    claim,
    state: 'running',
    claimedUntil: after(ctx.clock, CLAIM_MS),
    expiresAt: after(ctx.clock, KEY_KEPT_MS),
  }
  try {
    await keys.insertOne(document)
    return null
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
  const now = ctx.clock.now()
  const found = idempotencyKeys.parseOrNull(await keys.findOne({ _id }))
  if (found === null) return claimKey(ctx, request, _id, claim)
  const lapsed = found.expiresAt <= now
  if (!lapsed && !fingerprints(ctx, request).includes(found.fingerprint)) return found
  const abandoned = found.state === 'running' && found.claimedUntil <= now
  if (!lapsed && !abandoned) return found
  const taken = await keys.replaceOne({ _id, claim: found.claim, state: found.state }, withoutId(document))
  return taken.matchedCount === 1 ? null : claimKey(ctx, request, _id, claim)
}

async function replay<T>(
  ctx: Context,
  found: KeyDocument,
  request: IdempotentRequest & { form: string },
  work: (claim: IdempotencyClaim) => Promise<T>,
): Promise<T> {
  if (!fingerprints(ctx, request).includes(found.fingerprint)) throw new ShopError('idempotency_conflict')
  if (found.state === 'running') throw inFlight()
  if (found.failure !== undefined) {
    throw new ShopError(found.failure.code, found.failure.detail, found.failure.details)
  }
  if (found.form !== request.form) return work({ key: found._id, complete: async () => undefined })
  return found.answer as T
}

async function settleFailure(
  ctx: Context,
  mine: { _id: string; claim: string },
  error: unknown,
): Promise<void> {
  const keys = idempotencyKeys.in(ctx.db)
  const running = { ...mine, state: 'running' as const }
  const kept = error instanceof ShopError && error.status < 500
  try {
    if (!kept) await keys.deleteOne(running)
    else await keys.updateOne(running, { $set: done(ctx, { failure: failureOf(error) }) })
  } catch (settling) {
    ctx.log.warn({ err: settling }, 'an idempotency claim could not be settled; it lapses by itself')
  }
}

type Outcome = Pick<KeyDocument, 'answer'> | Required<Pick<KeyDocument, 'failure'>>

function done({ clock }: Context, outcome: Outcome) {
  return { ...outcome, state: 'done' as const, expiresAt: after(clock, KEY_KEPT_MS) }
}

function failureOf({ code, detail, details }: ShopError): z.infer<typeof Failure> {
  return { code, detail, details: { ...details } }
}

function inFlight(): ShopError {
  return new ShopError('idempotency_in_flight', undefined, { retryAfter: 1 })
}

function withoutId({ _id, ...rest }: KeyDocument): Omit<KeyDocument, '_id'> {
  return rest
}

/** One for each signing key, the current one first. Keyed, because the request may hold a card number. */
function fingerprints(ctx: Context, request: IdempotentRequest): string[] {
  const text = `${request.command}\n${canonical(request.request)}`
  return (ctx.config.jwtSecrets ?? ['']).map((secret) =>
    createHmac('sha256', `idempotency:${secret}`).update(text).digest('base64url'),
  )
}

/** JSON with sorted names, so that equal content gives equal text. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
        : inner,
    ) ?? 'null'
  )
}

/** Forgets answers that are older than 24 hours. Returns how many. */
export async function cleanUpIdempotencyKeys(ctx: Context): Promise<number> {
  const { deletedCount } = await idempotencyKeys
    .in(ctx.db)
    .deleteMany({ expiresAt: { $lte: ctx.clock.now() } })
  return deletedCount
}
