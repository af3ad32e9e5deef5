import { Router } from '@koa/router'
import type { Context } from '../../platform/context.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { RequestState } from './state.ts'

const PING_MS = 2_000

/** What is looked at: `database` and whatever the composition root names. */
export interface HealthOptions {
  readonly ctx: Context
  readonly metrics: Metrics
  readonly version: string
  /** Whether a part works, by its name. */
  readonly checks: Readonly<Record<string, () => boolean>>
  readonly draining: () => boolean
}

/** `/health`, `/health/live`, `/health/ready` and `/metrics`. */
export function healthRoutes(options: HealthOptions): Router<RequestState> {
  const { ctx, metrics, version, draining } = options
  const started = process.hrtime.bigint()
  const router = new Router<RequestState>()
  router.get('/health', async (http) => {
    const checks = await runChecks(options)
    const healthy = Object.values(checks).every((state) => state === 'ok')
    http.status = healthy ? 200 : 503
    const uptime = Number((process.hrtime.bigint() - started) / 1_000_000_000n)
    http.body = { status: healthy ? 'ok' : 'degraded', version, uptime, checks }
  })
  router.get('/health/live', (http) => {
    http.body = { status: 'ok' }
  })
  router.get('/health/ready', async (http) => {
    const ready = !draining() && (await databaseAnswers(ctx))
    http.status = ready ? 200 : 503
    http.body = { status: ready ? 'ok' : 'degraded' }
  })
  router.get('/metrics', async (http) => {
    http.type = metrics.registry.contentType
    http.body = await metrics.registry.metrics()
  })
  return router
}

async function runChecks({ ctx, checks }: HealthOptions): Promise<Record<string, 'ok' | 'failing'>> {
  const database = await databaseAnswers(ctx)
  const others = Object.entries(checks).map(([name, works]) => [name, works() ? 'ok' : 'failing'] as const)
  return { database: database ? 'ok' : 'failing', ...Object.fromEntries(others) }
}

async function databaseAnswers(ctx: Context): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), PING_MS)
  const ping = ctx.db.command({ ping: 1 }).then(
    () => true,
    () => false,
  )
  const answered = await Promise.race([ping, late])
  clearTimeout(timer)
  return answered
}
