import type { Context } from '../platform/context.ts'

/** What a human signs in with. */
export interface Credentials {
  readonly email: string
  readonly password: string
}

/**
 * Signs an admin in and gives an access token; given by the composition root.
 * @throws ShopError `invalid_credentials`, `rate_limited`, or `forbidden` for who is no admin
 */
export type SignInAdmin = (ctx: Context, credentials: Credentials, address: string) => Promise<string>
