import { Router } from '@koa/router'
import type { Context } from '../../platform/context.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { within } from '../../platform/time-limit.ts'
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

/**
 * `/health` for people, `/health/live` for whoever would restart a hung process, `/health/ready` for the balancer, and
 * `/metrics`. An instance that drains, or misses what happens on the others, is alive and not ready.
 */
export function healthRoutes(options: HealthOptions): Router<RequestState> {
  const { ctx, metrics, version, draining } = options
  const started = process.hrtime.bigint()
  const answers = sharedPing(ctx)
  const router = new Router<RequestState>({ sensitive: true, strict: true })
  const works = async () => {
    const database = await answers()
    const parts = Object.entries(options.checks).map(([name, check]) => [name, check()] as const)
    return { database, ...Object.fromEntries(parts) }
  }
  router.get('/health', async (http) => {
    http.state.route = 'health'
    const checks = await works()
    const healthy = Object.values(checks).every(Boolean)
    http.status = healthy ? 200 : 503
    http.body = {
      status: healthy ? 'ok' : 'degraded',
      version,
      uptime: Number((process.hrtime.bigint() - started) / 1_000_000_000n),
      checks: Object.fromEntries(Object.entries(checks).map(([name, ok]) => [name, ok ? 'ok' : 'failing'])),
    }
  })
  router.get('/health/live', (http) => {
    http.state.route = 'health'
    http.body = { status: 'ok' }
  })
  router.get('/health/ready', async (http) => {
    http.state.route = 'health'
    const ready = !draining() && Object.values(await works()).every(Boolean)
    http.status = ready ? 200 : 503
    http.body = { status: ready ? 'ok' : 'degraded' }
  })
  router.get('/metrics', async (http) => {
    http.state.route = 'metrics'
    http.type = metrics.registry.contentType
    http.body = await metrics.registry.metrics()
  })
  return router
}

/** However many ask at once, the database is asked once. */
function sharedPing(ctx: Context): () => Promise<boolean> {
  let under: Promise<boolean> | undefined
  const ping = () =>
    within(PING_MS, ctx.db.command({ ping: 1 })).then(
      () => true,
      () => false,
    )
  return () => {
    under ??= ping().finally(() => {
      under = undefined
    })
    return under
  }
}
