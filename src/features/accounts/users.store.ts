import type { ClientSession } from 'mongodb'
import { z } from 'zod'
import { Role } from '../../contract/index.ts'
import { defineCollection } from '../../platform/collection.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { isDuplicateKey } from '../../platform/transaction.ts'

const UserDocument = z.object({
  _id: z.string(),
  /** In lower case; a guest has none. */
  email: z.string().optional(),
  name: z.string().nullable(),
  role: Role,
  passwordHash: z.string().optional(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
export type UserDocument = z.infer<typeof UserDocument>

export const usersCollection = defineCollection({
  name: 'users',
  schema: UserDocument,
  indexes: [
    { key: { email: 1 }, unique: true, partialFilterExpression: { email: { $type: 'string' } } },
    { key: { role: 1, createdAt: 1 } },
  ],
})

/** @throws ShopError `email_taken` */
export async function insertUser(ctx: Context, user: UserDocument): Promise<void> {
  try {
    await usersCollection.in(ctx.db).insertOne(user)
  } catch (error) {
    if (isDuplicateKey(error)) throw new ShopError('email_taken')
    throw error
  }
}

export async function findUser(
  ctx: Context,
  id: string,
  session?: ClientSession,
): Promise<UserDocument | null> {
  return usersCollection.parseOrNull(
    await usersCollection.in(ctx.db).findOne({ _id: id }, session === undefined ? {} : { session }),
  )
}

export async function findUserByEmail(ctx: Context, email: string): Promise<UserDocument | null> {
  return usersCollection.parseOrNull(await usersCollection.in(ctx.db).findOne({ email }))
}

/** Sets the given fields; returns the user as it is then, or null when there is none. */
export async function changeUser(
  ctx: Context,
  id: string,
  change: Partial<Pick<UserDocument, 'name' | 'role' | 'passwordHash'>>,
  session?: ClientSession,
): Promise<UserDocument | null> {
  return usersCollection.parseOrNull(
    await usersCollection
      .in(ctx.db)
      .findOneAndUpdate(
        { _id: id },
        { $set: { ...change, updatedAt: ctx.clock.now() } },
        { returnDocument: 'after', ...(session === undefined ? {} : { session }) },
      ),
  )
}
