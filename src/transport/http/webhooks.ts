import { Router } from '@koa/router'
import type { CountingLimit } from '../../platform/cluster-limit.ts'
import type { Context } from '../../platform/context.ts'
import { ShopError } from '../../platform/errors.ts'
import { requireAllowed } from '../../platform/limits.ts'
import type { HttpContext, RequestState } from './state.ts'

/** Bytes; what other services post of their objects is larger than what clients send. */
const MAX_BYTES = 500_000

/** Takes what another service has posted, byte by byte as it came, and checks whose it is. Throws ShopError. */
export type WebhookReceiver = (
  ctx: Context,
  body: Buffer,
  header: (name: string) => string | undefined,
) => Promise<void>

export interface WebhookDoorOptions {
  readonly ctx: Context
  readonly limit: CountingLimit
  /** By the name that stands in the path. */
  readonly webhooks: Readonly<Record<string, WebhookReceiver>>
}

/** `POST /webhooks/:name`, answered 204 once its effect is committed; what is refused counts against its address. */
export function webhookRoutes({ ctx, limit, webhooks }: WebhookDoorOptions): Router<RequestState> {
  const router = new Router<RequestState>({ prefix: '/webhooks', sensitive: true, strict: true })
  for (const [name, receive] of Object.entries(webhooks)) {
    router.post(`/${name}`, async (http) => {
      http.state.route = `webhook:${name}`
      const body = await readBytes(http)
      try {
        await receive(ctx, body, (header) => http.get(header) || undefined)
      } catch (error) {
        if (error instanceof ShopError && error.status < 500) {
          requireAllowed(await limit.consume(`address:${http.ip}`))
        }
        throw error
      }
      http.status = 204
    })
  }
  return router
}

async function readBytes(http: HttpContext): Promise<Buffer> {
  if (Number(http.headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge(http)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of http.req) {
    const piece = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > MAX_BYTES) throw tooLarge(http)
    chunks.push(piece)
  }
  return Buffer.concat(chunks)
}

function tooLarge(http: HttpContext): ShopError {
  http.set('Connection', 'close')
  return new ShopError('payload_too_large')
}
