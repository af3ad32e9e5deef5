import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { Profile, type ProfileChange } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ignoringDuplicate } from '../../platform/transaction.ts'

type Database = Pick<Context, 'db'>

const ProfileDocument = z.object({
  /** The user's id. */
  _id: z.string(),
  phone: z.string().optional(),
  preferences: Profile.shape.preferences.optional(),
})
export type ProfileDocument = z.infer<typeof ProfileDocument>

export const profilesCollection = defineCollection({ name: 'profiles', schema: ProfileDocument })

export async function loadProfile(ctx: Database, userId: string): Promise<ProfileDocument | null> {
  return profilesCollection.parseOrNull(await profilesCollection.in(ctx.db).findOne({ _id: userId }))
}

/** Sees to it that the user has a profile, be it an empty one. */
export async function openProfile(ctx: Database, userId: string): Promise<void> {
  await ignoringDuplicate(
    profilesCollection
      .in(ctx.db)
      .updateOne({ _id: userId }, { $setOnInsert: { _id: userId } }, { upsert: true }),
  )
}

/** Sets the given fields of an open profile and leaves the others. */
export async function saveProfile(
  ctx: Database,
  session: ClientSession,
  userId: string,
  { phone, preferences }: Pick<ProfileChange, 'phone' | 'preferences'>,
): Promise<void> {
  const fields = {
    ...(phone === undefined ? {} : { phone }),
    ...(preferences === undefined ? {} : { preferences }),
  }
  if (Object.keys(fields).length === 0) return
  await profilesCollection.in(ctx.db).updateOne({ _id: userId }, { $set: fields }, { session })
}
