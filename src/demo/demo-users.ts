import type { TierName } from '../contract/index.ts'

/** What every demo user signs in with; the README names it. */
export const DEMO_PASSWORD = 'floorwalker demo'

/** One shopper for each tier of the loyalty programme. */
export const DEMO_USERS: readonly {
  readonly tier: TierName
  readonly email: string
  readonly name: string
}[] = [
  { tier: 'bronze', email: 'bronze@floorwalker.example', name: 'Bina Bose' },
  { tier: 'silver', email: 'silver@floorwalker.example', name: 'Sameer Sethi' },
  { tier: 'gold', email: 'gold@floorwalker.example', name: 'Gauri Gill' },
  { tier: 'platinum', email: 'platinum@floorwalker.example', name: 'Pooja Pillai' },
]
