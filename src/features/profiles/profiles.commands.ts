import type { Profile, ProfileChange } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { getUser, renameUser } from '../accounts/index.ts'
import { loadProfile, openProfile, saveProfile } from './profiles.store.ts'

export async function getProfile(ctx: Context, caller: Caller): Promise<Profile> {
  const [user, profile] = await Promise.all([getUser(ctx, caller.userId), loadProfile(ctx, caller.userId)])
  return { name: user.name, phone: profile?.phone ?? null, preferences: profile?.preferences ?? {} }
}

/** Changes the given fields; `preferences` are replaced as a whole. */
export async function updateProfile(ctx: Context, caller: Caller, change: ProfileChange): Promise<Profile> {
  const { userId } = caller
  await openProfile(ctx, userId)
  await inTransaction(ctx, async (session) => {
    if (change.name !== undefined) await renameUser(ctx, session, userId, change.name)
    await saveProfile(ctx, session, userId, change)
  })
  return getProfile(ctx, caller)
}
