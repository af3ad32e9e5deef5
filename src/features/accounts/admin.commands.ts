import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { authenticate } from './accounts.commands.ts'
import { startTokenFamily } from './sessions.commands.ts'

/**
 * Signs an admin in, counted like every sign-in, and gives an access token.
 * @throws ShopError `invalid_credentials`, `rate_limited`, or `forbidden` for who is no admin
 */
export async function signInAdmin(
  ctx: Context,
  credentials: { email: string; password: string },
  address: string,
): Promise<string> {
  const email = credentials.email.toLowerCase()
  const user = await authenticate(ctx, { email, password: credentials.password }, address)
  if (user.role !== 'admin') throw new ShopError('forbidden')
  return (await startTokenFamily(ctx, user)).accessToken
}
