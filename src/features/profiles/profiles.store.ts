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

/** Sets the given fields and leaves the others. */
export async function saveProfile(
  ctx: Database,
  userId: string,
  { phone, preferences }: Pick<ProfileChange, 'phone' | 'preferences'>,
): Promise<void> {
  const fields = {
    ...(phone === undefined ? {} : { phone }),
    ...(preferences === undefined ? {} : { preferences }),
  }
  if (Object.keys(fields).length === 0) return
  const profiles = profilesCollection.in(ctx.db)
  await ignoringDuplicate(
    profiles.updateOne({ _id: userId }, { $setOnInsert: { _id: userId } }, { upsert: true }),
  )
  await profiles.updateOne({ _id: userId }, { $set: fields })
}
