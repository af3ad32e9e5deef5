import type { ClientSession } from 'mongodb'
import type { Role, SignIn, SignUp } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import { hashPassword, isOutdated, passwordMatches, withPasswordSlot } from './passwords.ts'
import { signInLimit } from './sign-in-limit.ts'
import {
  changeUser,
  findUser,
  findUserByEmail,
  insertUser,
  replacePassword,
  type UserDocument,
} from './users.store.ts'
import { requireUncommon } from './weak-passwords.ts'

/** Opens a customer's account. Throws ShopError `email_taken` or `validation_failed`. */
export async function signUp(ctx: Context, input: SignUp): Promise<UserDocument> {
  if ((await findUserByEmail(ctx, input.email)) !== null) throw new ShopError('email_taken')
  await requireUncommon(ctx, 'password', input.password, input)
  return createUser(ctx, { ...input, role: 'customer' })
}

/** Makes a shopper without an account. */
export async function createGuest(ctx: Context): Promise<UserDocument> {
  const now = ctx.clock.now()
  const guest: UserDocument = {
    _id: ctx.ids.next(),
    name: null,
    role: 'guest',
    createdAt: now,
    updatedAt: now,
  }
  await insertUser(ctx, guest)
  return guest
}

/**
 * Finds who signs in. An unknown address costs the same time as a wrong password, and is answered the same.
 * @throws ShopError `invalid_credentials` or `rate_limited`
 */
export async function authenticate(ctx: Context, input: SignIn, address: string): Promise<UserDocument> {
  const limit = signInLimit(ctx, input.email, address)
  const cost = ctx.config.bcryptCost
  await limit.requireAllowed()
  const user = await withPasswordSlot(async () => {
    await limit.requireAllowed()
    const found = await findUserByEmail(ctx, input.email)
    const matches = await passwordMatches(input.password, found?.passwordHash, cost)
    if (matches && found !== null) return found
    ctx.log.info({ pair: limit.pair, userId: found?._id }, 'a sign-in failed')
    await limit.countFailure()
    throw new ShopError('invalid_credentials')
  })
  ctx.log.info({ pair: limit.pair, userId: user._id }, 'a user signed in')
  const { passwordHash: from } = user
  if (from === undefined || !isOutdated(from, cost)) return user
  const passwordHash = await hashPassword(input.password, cost)
  return (await replacePassword(ctx, user._id, { from, to: passwordHash })) ? { ...user, passwordHash } : user
}

/** The user of that id. Throws ShopError `not_found`. */
export async function getUser(ctx: Context, userId: string): Promise<UserDocument> {
  const user = await findUser(ctx, userId)
  if (user === null) throw notFound('user')
  return user
}

export interface NewUser {
  /** In lower case. */
  readonly email: string
  readonly password: string
  readonly name: string
  readonly role: Exclude<Role, 'guest'>
  /** A known id, for data that is made again; otherwise a new one. */
  readonly id?: string
}

/** The user that a token speaks for. @throws ShopError `unauthenticated` when there is no such user any more */
export async function signedInUser(ctx: Context, userId: string): Promise<UserDocument> {
  const user = await findUser(ctx, userId)
  if (user === null) throw new ShopError('unauthenticated')
  return user
}

/** Makes a user with a password. Throws ShopError `email_taken`. */
export async function createUser(ctx: Context, input: NewUser): Promise<UserDocument> {
  const passwordHash = await hashPassword(input.password, ctx.config.bcryptCost)
  const now = ctx.clock.now()
  const user: UserDocument = {
    _id: input.id ?? ctx.ids.next(),
    email: input.email,
    name: input.name,
    role: input.role,
    passwordHash,
    createdAt: now,
    updatedAt: now,
  }
  await insertUser(ctx, user)
  return user
}

/** Makes the user, or gives the one with that address this password, name and role. Safe to run twice. */
export async function ensureUser(ctx: Context, input: NewUser): Promise<UserDocument> {
  const found = await findUserByEmail(ctx, input.email)
  if (found !== null) return updateUser(ctx, found, input)
  try {
    return await createUser(ctx, input)
  } catch (error) {
    if (!(error instanceof ShopError) || error.code !== 'email_taken') throw error
    return ensureUser(ctx, input)
  }
}

async function updateUser(ctx: Context, found: UserDocument, input: NewUser): Promise<UserDocument> {
  const cost = ctx.config.bcryptCost
  const known = await withPasswordSlot(() => passwordMatches(input.password, found.passwordHash, cost))
  const passwordHash = known ? found.passwordHash : await hashPassword(input.password, cost)
  const { name, role } = input
  const updated = await changeUser(ctx, found._id, {
    name,
    role,
    ...(passwordHash === undefined ? {} : { passwordHash }),
  })
  return updated ?? found
}

/** Makes or updates the admin that the configuration names, if it names one. */
export async function ensureAdmin(ctx: Context): Promise<void> {
  const { admin } = ctx.config
  if (admin === undefined) return
  await ensureUser(ctx, { email: admin.email, password: admin.password, name: 'Admin', role: 'admin' })
}

/** Changes the name that the user goes by. Throws ShopError `not_found`. */
export async function renameUser(
  ctx: Context,
  session: ClientSession,
  userId: string,
  name: string,
): Promise<UserDocument> {
  const user = await changeUser(ctx, userId, { name }, session)
  if (user === null) throw notFound('user')
  return user
}
