import type { SignIn } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { authenticate } from './accounts.commands.ts'
import { startTokenFamily, type TokenPair } from './sessions.commands.ts'
import type { UserDocument } from './users.store.ts'

/**
 * Begins a session for whoever knows the password.
 * @throws ShopError `invalid_credentials` or `rate_limited`
 */
export async function signIn(
  ctx: Context,
  input: SignIn,
  address: string,
): Promise<{ user: UserDocument; tokens: TokenPair }> {
  const user = await authenticate(ctx, input, address)
  try {
    return { user, tokens: await startTokenFamily(ctx, user) }
  } catch (error) {
    if (!(error instanceof ShopError) || error.code !== 'invalid_credentials') throw error
  }
  // the stored hash has changed meanwhile: by another password, or by the same one hashed anew
  const again = await authenticate(ctx, input, address)
  return { user: again, tokens: await startTokenFamily(ctx, again) }
}
