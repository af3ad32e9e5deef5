import { getLapsingCheckouts } from '../../features/checkout/index.ts'
import { sayUnasked, sessionToTell, usersHere } from '../../features/conversation/index.ts'
import type { Context } from '../../platform/context.ts'
import { moneyText } from '../money-text.ts'

/** So long before a hold lapses, or for so much of a short one, the customer is told. */
const AHEAD_MS = 2 * 60_000
const SHARE_AHEAD = 0.25
const LONGEST_CHECK_MS = 10_000

/** Tells those who are here that what is held for them will soon be let go of. */
export function watchHolds(ctx: Context): { close(): Promise<void> } {
  const ahead = Math.min(AHEAD_MS, ctx.config.reservationTtlMs * SHARE_AHEAD)
  let checking: Promise<void> = Promise.resolve()
  let busy = false
  const check = () => {
    if (busy) return
    busy = true
    checking = tellOfHolds(ctx, ahead)
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'holds about to lapse could not be looked at'))
      .finally(() => {
        busy = false
      })
  }
  const timer = setInterval(check, Math.min(LONGEST_CHECK_MS, ahead / 2))
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      await checking
    },
  }
}

async function tellOfHolds(ctx: Context, ahead: number): Promise<void> {
  for (const { userId, checkout } of await getLapsingCheckouts(ctx, usersHere(ctx), ahead)) {
    const sessionId = await sessionToTell(ctx, userId)
    if (sessionId === undefined) continue
    await sayUnasked(ctx, {
      sessionId,
      key: `hold-${checkout.id}`,
      text: `Your items are held for ${timeLeft(ctx, checkout.expiresAt)} more. Say how you would like to pay, and the ${moneyText(checkout.totals.total)} order is yours; after that they are free for others again.`,
      checkout,
    })
  }
}

function timeLeft(ctx: Context, expiresAt: string): string {
  const seconds = Math.max(1, Math.round((new Date(expiresAt).getTime() - ctx.clock.now().getTime()) / 1000))
  if (seconds < 90) return seconds === 1 ? 'a second' : `${seconds} seconds`
  return `${Math.round(seconds / 60)} minutes`
}
