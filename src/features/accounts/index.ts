export {
  createUser,
  ensureAdmin,
  ensureUser,
  getUser,
  type NewUser,
  renameUser,
} from './accounts.commands.ts'
export { type AccountNeeds, accountRoutes } from './accounts.routes.ts'
export { signInAdmin } from './admin.commands.ts'
export { cleanUpTokens } from './cleanup.commands.ts'
export { refreshTokensCollection } from './refresh-tokens.store.ts'
export { type FamilyHolder, startRevocationFeed } from './revocation-feed.ts'
export { revocationsCollection } from './revocations.store.ts'
export { familyRevoked, peekAccessToken, verifyAccessToken } from './sessions.commands.ts'
export { type UserDocument, usersCollection } from './users.store.ts'
