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
  /** Rises with each session that a password began, so that it conflicts with a change of the password. */
  signIns: z.int().optional(),
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

/** Gives the user another password on condition that the present one is still `from`; false when it is another by now. */
export async function replacePassword(
  ctx: Context,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
  session?: ClientSession,
): Promise<boolean> {
  const { matchedCount } = await usersCollection
    .in(ctx.db)
    .updateOne(
      { _id: id, passwordHash: from },
      { $set: { passwordHash: to, updatedAt: ctx.clock.now() } },
      session === undefined ? {} : { session },
    )
  return matchedCount === 1
}

/** Counts a session that the password of this hash begins; false when the user has another password by now. */
export async function countSignIn(
  ctx: Context,
  id: string,
  passwordHash: string,
  session: ClientSession,
): Promise<boolean> {
  const { matchedCount } = await usersCollection
    .in(ctx.db)
    .updateOne({ _id: id, passwordHash }, { $inc: { signIns: 1 } }, { session })
  return matchedCount === 1
}
