import { z } from 'zod'
import { Id, line, optional, Time } from './primitives.ts'

export const Role = z.enum(['customer', 'guest', 'admin'])
export type Role = z.infer<typeof Role>

export const TierName = z.enum(['bronze', 'silver', 'gold', 'platinum'])
export type TierName = z.infer<typeof TierName>

/** Compared in lower case everywhere. */
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email())

/** bcrypt reads 72 bytes and no more, so the limit is in bytes of UTF-8. */
export const NewPassword = z.string().superRefine((value, context) => {
  const bytes = new TextEncoder().encode(value).length
  if (bytes < 8 || bytes > 72) {
    context.addIssue({ code: 'custom', message: 'must have 8 to 72 bytes' })
  }
  if (value.includes('\0')) {
    context.addIssue({ code: 'custom', message: 'must not hold a NUL character' })
  }
})

export const User = z
  .object({
    id: Id,
    /** A guest has none. */
    email: z.string().nullable(),
    name: z.string().nullable(),
    role: Role,
    tier: TierName,
    createdAt: Time,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>

export const Authentication = z
  .object({
    user: User,
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    /** Seconds until the access token expires. */
    expiresIn: z.int(),
  })
  .meta({ id: 'Authentication' })
export type Authentication = z.infer<typeof Authentication>

export const SignUp = z.strictObject({ email: Email, password: NewPassword, name: line(120) })
export type SignUp = z.infer<typeof SignUp>

export const SignIn = z.strictObject({ email: Email, password: z.string().min(1).max(1024) })
export type SignIn = z.infer<typeof SignIn>

export const ChangePassword = z.strictObject({
  currentPassword: z.string().min(1).max(1024),
  newPassword: NewPassword,
})
export type ChangePassword = z.infer<typeof ChangePassword>

export const Refresh = z.strictObject({ refreshToken: z.string().min(1).max(4096) })
export type Refresh = z.infer<typeof Refresh>

export const LogOut = z.strictObject({ refreshToken: optional(z.string().min(1).max(4096)) })
export type LogOut = z.infer<typeof LogOut>
