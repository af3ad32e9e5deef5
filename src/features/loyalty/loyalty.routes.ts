import type { RouteHandlers } from '../../transport/http/bind.ts'
import { listCoupons } from './coupons.commands.ts'
import { getLoyaltyProfile } from './points.commands.ts'
import { TIERS } from './tiers.ts'

export const loyaltyRoutes = {
  getLoyaltyProfile: ({ ctx, caller }) => getLoyaltyProfile(ctx, caller),
  listCoupons: async ({ ctx, caller }) => ({ items: await listCoupons(ctx, caller) }),
  listTiers: async () => ({ items: TIERS }),
} satisfies RouteHandlers
