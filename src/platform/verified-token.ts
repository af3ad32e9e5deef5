import type { Role } from '../contract/index.ts'

/** What a checked access token says. Made by the accounts room, carried by both doors. */
export interface VerifiedToken {
  readonly userId: string
  readonly role: Role
  /** Names this one token; a revoked one is on the blacklist. */
  readonly jti: string
  /** All tokens that go back to one sign-in. */
  readonly familyId: string
  readonly expiresAt: Date
}
