import type { TierName, User } from '../../contract/index.ts'
import type { UserDocument } from './users.store.ts'

/** The user as the world sees it. */
export function userView(user: UserDocument, tier: TierName): User {
  return {
    id: user._id,
    email: user.email ?? null,
    name: user.name,
    role: user.role,
    tier,
    createdAt: user.createdAt.toISOString(),
  }
}
