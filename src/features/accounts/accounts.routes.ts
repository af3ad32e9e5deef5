import type { Authentication, TierName } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import type { VerifiedToken } from '../../platform/verified-token.ts'
import type { RouteHandlers } from '../../transport/http/bind.ts'
import { createGuest, signedInUser, signUp } from './accounts.commands.ts'
import { userView } from './accounts.view.ts'
import { changePassword, signOutEverywhere } from './password.commands.ts'
import { logOut, refreshTokens, startTokenFamily, type TokenPair } from './sessions.commands.ts'
import { signIn } from './sign-in.commands.ts'
import type { UserDocument } from './users.store.ts'

/** What this room needs from others, given by the composition root. */
export interface AccountNeeds {
  /** Hands a guest's cart and chats over to a user; safe to run twice. */
  mergeGuest(ctx: Context, guestId: string, userId: string): Promise<void>
  tierOf(ctx: Context, userId: string): Promise<TierName>
}

export function accountRoutes(needs: AccountNeeds) {
  const answer = async (ctx: Context, user: UserDocument, tokens: TokenPair): Promise<Authentication> => ({
    user: userView(user, await needs.tierOf(ctx, user._id)),
    ...tokens,
  })
  const welcome = async (
    ctx: Context,
    user: UserDocument,
    tokens: TokenPair,
    guest: VerifiedToken | undefined,
  ) => {
    if (guest?.role === 'guest') await needs.mergeGuest(ctx, guest.userId, user._id)
    return answer(ctx, user, tokens)
  }
  return {
    signUp: async ({ ctx, body, token }) => {
      const user = await signUp(ctx, body)
      return welcome(ctx, user, await startTokenFamily(ctx, user), token)
    },
    startGuest: async ({ ctx }) => {
      const guest = await createGuest(ctx)
      return answer(ctx, guest, await startTokenFamily(ctx, guest))
    },
    signIn: async ({ ctx, body, token, address }) => {
      const { user, tokens } = await signIn(ctx, body, address)
      return welcome(ctx, user, tokens, token)
    },
    refresh: async ({ ctx, body }) => {
      const { user, tokens } = await refreshTokens(ctx, body.refreshToken)
      return answer(ctx, user, tokens)
    },
    logOut: async ({ ctx, token, body }) => logOut(ctx, token, body.refreshToken),
    changePassword: async ({ ctx, caller, body, address }) => {
      const user = await changePassword(ctx, caller.userId, body, address)
      return answer(ctx, user, await startTokenFamily(ctx, user))
    },
    signOutUser: async ({ ctx, params }) => signOutEverywhere(ctx, params.id),
    me: async ({ ctx, caller }) => {
      const user = await signedInUser(ctx, caller.userId)
      return userView(user, await needs.tierOf(ctx, user._id))
    },
  } satisfies RouteHandlers
}
