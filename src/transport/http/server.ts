import { createServer, type Server } from 'node:http'
import cors from '@koa/cors'
import Koa from 'koa'
import helmet from 'koa-helmet'
import type { Origins } from '../origins.ts'
import { type AdminDoorOptions, adminRoutes } from './admin.ts'
import { type BindOptions, bindRoutes } from './bind.ts'
import { answerBrokenRequests } from './broken-requests.ts'
import { refuseWhileDraining } from './draining.ts'
import { type HealthOptions, healthRoutes } from './health.ts'
import { type Pages, servePages } from './pages.ts'
import { answerProblems } from './problems.ts'
import { trackRequests } from './requests.ts'
import type { RequestState } from './state.ts'
import { type WebhookDoorOptions, webhookRoutes } from './webhooks.ts'

const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
/** Longer than common load balancers keep a connection, so that they and not we end it. */
const KEEP_ALIVE_MS = 65_000
const PREFLIGHT_KEPT_S = 600

export interface HttpDoorOptions extends BindOptions, HealthOptions, AdminDoorOptions, WebhookDoorOptions {
  readonly origins: Origins
  readonly pages: Pages
}

/** Makes the HTTP server with everything behind it; it does not listen yet. */
export function buildHttpDoor(options: HttpDoorOptions): Server {
  const { ctx, metrics, origins, pages } = options
  const app = new Koa<RequestState>()
  app.proxy = ctx.config.trustProxy
  app.maxIpsCount = 1
  app.silent = true
  app.on('error', (error: unknown) => ctx.log.warn({ err: error }, 'a response could not be sent'))
  const api = bindRoutes(options)
  const health = healthRoutes(options)
  const webhooks = webhookRoutes(options)
  const admin = adminRoutes(options)
  app
    .use(trackRequests(ctx, metrics))
    .use(
      helmet({
        // an imported catalog's pictures lie on its own servers
        contentSecurityPolicy: {
          directives: { upgradeInsecureRequests: null, imgSrc: ["'self'", 'data:', 'https:'] },
        },
        crossOriginResourcePolicy: { policy: 'cross-origin' },
        strictTransportSecurity: ctx.config.environment === 'production',
      }),
    )
    .use(cors(corsOptions(origins)))
    .use(answerProblems(ctx.log))
    .use(refuseWhileDraining(options.draining))
    .use(servePages(pages))
    .use(admin.routes())
    .use(admin.allowedMethods())
    .use(webhooks.routes())
    .use(webhooks.allowedMethods())
    .use(health.routes())
    .use(health.allowedMethods())
    .use(api.routes())
    .use(api.allowedMethods())
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, app.callback())
  server.headersTimeout = HEADERS_MS
  server.requestTimeout = REQUEST_MS
  answerBrokenRequests(server, ctx)
  return server
}

function corsOptions(origins: Origins): cors.Options {
  return {
    origin: (http) => (origins.allows(http.get('Origin'), http.get('Host')) ? http.get('Origin') : ''),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposeHeaders: ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy'],
    maxAge: PREFLIGHT_KEPT_S,
  }
}
