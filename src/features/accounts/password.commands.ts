import type { ClientSession } from 'mongodb'
import type { ChangePassword } from '../../contract/index.ts'
import type { Context } from '../../platform/context.ts'
import { notFound, ShopError } from '../../platform/errors.ts'
import { inTransaction } from '../../platform/transaction.ts'
import { authenticate } from './accounts.commands.ts'
import { hashPassword } from './passwords.ts'
import { familiesOf } from './refresh-tokens.store.ts'
import { addRevocation } from './revocations.store.ts'
import { familyRevoked } from './sessions.commands.ts'
import { changeUser, findUser, replacePassword, type UserDocument } from './users.store.ts'
import { requireUncommon } from './weak-passwords.ts'

/**
 * Gives the user another password and ends every session that was begun with the old one, on all instances. A wrong current
 * password counts as a failed sign-in.
 * @throws ShopError `forbidden` for a guest, who has none; `invalid_credentials`, also when the password is changed meanwhile;
 * `rate_limited` or `validation_failed`
 */
export async function changePassword(
  ctx: Context,
  userId: string,
  input: ChangePassword,
  address: string,
): Promise<UserDocument> {
  const email = (await findUser(ctx, userId))?.email
  if (email === undefined) throw new ShopError('forbidden', 'A guest has no password.')
  const user = await authenticate(ctx, { email, password: input.currentPassword }, address)
  await requireUncommon(ctx, 'newPassword', input.newPassword, { email, name: user.name })
  const passwordHash = await hashPassword(input.newPassword, ctx.config.bcryptCost)
  await endSessions(ctx, userId, 'password', async (session) => {
    const from = user.passwordHash ?? ''
    if (!(await replacePassword(ctx, userId, { from, to: passwordHash }, session)))
      throw new ShopError('invalid_credentials')
  })
  return { ...user, passwordHash }
}

/** Ends every session of a user on all instances. Throws ShopError `not_found`. */
export async function signOutEverywhere(ctx: Context, userId: string): Promise<void> {
  if ((await findUser(ctx, userId)) === null) throw notFound('user')
  // a sign-in under way counts itself at the user too: one of both comes first
  await endSessions(
    ctx,
    userId,
    'admin',
    async (session) => void (await changeUser(ctx, userId, {}, session)),
  )
}

async function endSessions(
  ctx: Context,
  userId: string,
  reason: 'password' | 'admin',
  change: (session: ClientSession) => Promise<void>,
): Promise<void> {
  const ended = await inTransaction(ctx, async (session) => {
    await change(session)
    const families = await familiesOf(ctx, userId, session)
    for (const familyId of families) await addRevocation(ctx, { familyId, userId, reason }, session)
    return families
  })
  for (const familyId of ended) ctx.events.publish(familyRevoked, { familyId, userId })
  ctx.log.info({ userId, reason, sessions: ended.length }, 'all sessions of a user were ended')
}
