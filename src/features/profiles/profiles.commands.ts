import type { Profile, ProfileChange } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { getUser, renameUser } from '../accounts/index.ts'
import { loadProfile, saveProfile } from './profiles.store.ts'

export async function getProfile(ctx: Context, caller: Caller): Promise<Profile> {
  const [user, profile] = await Promise.all([getUser(ctx, caller.userId), loadProfile(ctx, caller.userId)])
  return { name: user.name, phone: profile?.phone ?? null, preferences: profile?.preferences ?? {} }
}

/** Changes the given fields; `preferences` are replaced as a whole. */
export async function updateProfile(ctx: Context, caller: Caller, change: ProfileChange): Promise<Profile> {
  if (change.name !== undefined) await renameUser(ctx, caller.userId, change.name)
  await saveProfile(ctx, caller.userId, change)
  return getProfile(ctx, caller)
}
