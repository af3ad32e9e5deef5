import type { RouteHandlers } from '../../transport/http/bind.ts'
import { addAddress, listAddresses, removeAddress } from './addresses.commands.ts'
import { getProfile, updateProfile } from './profiles.commands.ts'

export const profileRoutes = {
  getProfile: ({ ctx, caller }) => getProfile(ctx, caller),
  updateProfile: ({ ctx, caller, body }) => updateProfile(ctx, caller, body),
  listAddresses: async ({ ctx, caller }) => ({ items: await listAddresses(ctx, caller) }),
  addAddress: ({ ctx, caller, body }) => addAddress(ctx, caller, body),
  removeAddress: ({ ctx, caller, params }) => removeAddress(ctx, caller, params.id),
} satisfies RouteHandlers
