import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { ClientSession } from 'mongodb'
import type { Role } from '../../contract/index.ts'
import { after } from '../../platform/clock.ts'
import type { Context } from '../../platform/context.ts'
import { defineEvent } from '../../platform/domain-events.ts'
import { ShopError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/transaction.ts'
import type { VerifiedToken } from '../../platform/verified-token.ts'
import { readAccessToken, secretsOf, signAccessToken } from './access-tokens.ts'
import {
  findRefreshToken,
  keepRefreshToken,
  type RefreshTokenDocument,
  spendRefreshToken,
} from './refresh-tokens.store.ts'
import { addRevocation, isRevoked } from './revocations.store.ts'
import { countSignIn, findUser, type UserDocument } from './users.store.ts'

/** Within this time a second tab may spend the same refresh token again. */
const GRACE_MS = 10_000

/** A family of tokens was revoked by this instance; the others hear of it through the database. */
export const familyRevoked = defineEvent<{ familyId: string; userId: string }>('accounts.family_revoked')

export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken: string
  readonly tokenType: 'Bearer'
  /** Seconds. */
  readonly expiresIn: number
}

/**
 * Begins a family of tokens for a user who has just proved who they are.
 * @throws ShopError `invalid_credentials` when the password that proved it has been changed meanwhile
 */
export async function startTokenFamily(
  ctx: Context,
  { _id: userId, role, passwordHash }: Pick<UserDocument, '_id' | 'role' | 'passwordHash'>,
): Promise<TokenPair> {
  const bearer = { userId, role, familyId: ctx.ids.next() }
  const refreshToken = randomBytes(32).toString('base64url')
  if (passwordHash === undefined) return issuePair(ctx, bearer, refreshToken)
  return inTransaction(ctx, async (session) => {
    if (!(await countSignIn(ctx, userId, passwordHash, session))) throw new ShopError('invalid_credentials')
    return issuePair(ctx, bearer, refreshToken, session)
  })
}

/**
 * Exchanges a refresh token for its successor and a new access token. Within 10 s a repetition gets the same successor; after that
 * it revokes the family.
 * @throws ShopError `unauthenticated`, `token_revoked` or `refresh_reused`
 */
export async function refreshTokens(
  ctx: Context,
  refreshToken: string,
): Promise<{ user: UserDocument; tokens: TokenPair }> {
  const hash = hashOf(refreshToken)
  const found = await findRefreshToken(ctx, hash)
  const now = ctx.clock.now()
  if (found === null || found.expiresAt <= now) throw new ShopError('unauthenticated')
  const spentMs = found.spentAt === undefined ? 0 : now.getTime() - found.spentAt.getTime()
  if (spentMs > GRACE_MS) {
    await revokeFamily(ctx, found, 'reuse')
    throw new ShopError('refresh_reused')
  }
  if (await isRevoked(ctx, found.familyId)) throw new ShopError('token_revoked')
  const user = await findUser(ctx, found.userId)
  if (user === null) throw new ShopError('unauthenticated')
  const bearer = { userId: user._id, role: user.role, familyId: found.familyId }
  const successor = await successorOf(ctx, refreshToken, found)
  const tokens = await issuePair(ctx, bearer, successor)
  await spendRefreshToken(ctx, hash)
  return { user, tokens }
}

/** Ends the caller's family of tokens everywhere, and that of the given refresh token if it is the same user's. */
export async function logOut(
  ctx: Context,
  token: VerifiedToken,
  refreshToken: string | undefined,
): Promise<void> {
  await revokeFamily(ctx, token, 'logout')
  if (refreshToken === undefined) return
  const found = await findRefreshToken(ctx, hashOf(refreshToken))
  if (found !== null && found.userId === token.userId && found.familyId !== token.familyId) {
    await revokeFamily(ctx, found, 'logout')
  }
}

/**
 * Checks an access token: signature, time, and whether its family was revoked on any instance.
 * @throws ShopError `unauthenticated`, `token_expired` or `token_revoked`
 */
export async function verifyAccessToken(ctx: Context, token: string): Promise<VerifiedToken> {
  const verified = readAccessToken(ctx, token)
  if (await isRevoked(ctx, verified.familyId)) throw new ShopError('token_revoked')
  return verified
}

/** Whose token this is by signature and time alone, without a look at the blacklist. */
export function peekAccessToken(ctx: Context, token: string): string | undefined {
  try {
    return readAccessToken(ctx, token).userId
  } catch (error) {
    if (error instanceof ShopError) return undefined
    throw error
  }
}

async function revokeFamily(
  ctx: Context,
  family: { familyId: string; userId: string },
  reason: 'logout' | 'reuse',
): Promise<void> {
  const { familyId, userId } = family
  await addRevocation(ctx, { familyId, userId, reason })
  ctx.events.publish(familyRevoked, { familyId, userId })
  ctx.log.info({ userId, reason }, 'a session was ended')
}

async function issuePair(
  ctx: Context,
  bearer: { userId: string; role: Role; familyId: string },
  refreshToken: string,
  session?: ClientSession,
): Promise<TokenPair> {
  const kept = {
    _id: hashOf(refreshToken),
    ...bearer,
    issuedAt: ctx.clock.now(),
    expiresAt: after(ctx.clock, ctx.config.refreshTokenTtlMs),
  }
  await keepRefreshToken(ctx, kept, session)
  const { token, expiresInSeconds } = signAccessToken(ctx, bearer)
  return { accessToken: token, refreshToken, tokenType: 'Bearer', expiresIn: expiresInSeconds }
}

/**
 * The token that follows, made from the one that is spent and our key, so that a repetition finds it again although only hashes
 * are kept. After a change of keys the one that was given out is looked for among the old keys.
 */
async function successorOf(ctx: Context, token: string, found: RefreshTokenDocument): Promise<string> {
  const [current, ...older] = secretsOf(ctx).map((secret) =>
    createHmac('sha256', `refresh:${secret}`).update(token).digest('base64url'),
  ) as [string, ...string[]]
  if (found.spentAt === undefined) return current
  for (const candidate of [current, ...older]) {
    if ((await findRefreshToken(ctx, hashOf(candidate))) !== null) return candidate
  }
  return current
}

function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url')
}
