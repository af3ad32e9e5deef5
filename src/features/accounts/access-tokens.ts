import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { Role } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import type { VerifiedToken } from '../../platform/verified-token.ts'

const ALGORITHM = 'HS256'
const AUDIENCE = 'floorwalker'
/** Tells an access token from whatever else may be signed with the same key. */
const TYPE = 'access'

const Claims = z.object({
  aud: z.literal(AUDIENCE),
  typ: z.literal(TYPE),
  sub: z.string().min(1),
  jti: z.string().min(1),
  role: Role,
  fam: z.string().min(1),
  exp: z.int(),
  end: z.int(),
})

/** The keys, the first of which signs. */
export function secretsOf(ctx: Context): readonly [string, ...string[]] {
  const [first, ...others] = ctx.config.jwtSecrets ?? []
  if (first === undefined) throw new Error('the configuration holds no signing key')
  return [first, ...others]
}

/** Makes an access token that lives for ACCESS_TOKEN_TTL. */
export function signAccessToken(
  ctx: Context,
  bearer: { userId: string; role: Role; familyId: string },
): { token: string; expiresInSeconds: number } {
  const ttlMs = ctx.config.accessTokenTtlMs
  const end = Math.ceil(ctx.clock.now().getTime() + ttlMs)
  const claims = {
    aud: AUDIENCE,
    typ: TYPE,
    sub: bearer.userId,
    jti: ctx.ids.next(),
    role: bearer.role,
    fam: bearer.familyId,
    // in whole seconds, which many libraries insist on; `end` keeps the milliseconds that are rounded up here
    exp: Math.ceil(end / 1000),
    end,
  }
  return {
    token: jwt.sign(claims, secretsOf(ctx)[0], { algorithm: ALGORITHM, noTimestamp: true }),
    expiresInSeconds: Math.max(1, Math.floor(ttlMs / 1000)),
  }
}

/**
 * Checks signature, type, audience and time, not whether the token was revoked.
 * @throws ShopError `unauthenticated` or `token_expired`
 */
export function readAccessToken(ctx: Context, token: string): VerifiedToken {
  const claims = Claims.safeParse(verifyWithAny(ctx, token))
  if (!claims.success) throw new ShopError('unauthenticated')
  const { sub, jti, role, fam, exp, end } = claims.data
  const expiresAt = new Date(Math.min(end, exp * 1000))
  if (expiresAt <= ctx.clock.now()) throw new ShopError('token_expired')
  return { userId: sub, role, jti, familyId: fam, expiresAt }
}

function verifyWithAny(ctx: Context, token: string): unknown {
  const options = {
    algorithms: [ALGORITHM],
    clockTimestamp: ctx.clock.now().getTime() / 1000,
  } satisfies jwt.VerifyOptions
  for (const secret of secretsOf(ctx)) {
    try {
      return jwt.verify(token, secret, options)
    } catch (error) {
      if (error instanceof jwt.TokenExpiredError) throw new ShopError('token_expired')
    }
  }
  throw new ShopError('unauthenticated')
}
