import { createHmac } from 'node:crypto'
import type { Config } from '../../config.ts'

const ANSWER_MS = 10_000

export interface WebhookEvent {
  /** Stays the same when the event is sent again. */
  readonly id: string
  readonly type: string
  readonly createdAt: Date
  readonly data: unknown
}

export interface Webhook {
  /** Resolves when the receiver has answered 2xx; rejects otherwise. */
  post(event: WebhookEvent, now: Date): Promise<void>
}

/** The receiver of WEBHOOK_URL; null without one. */
export function openWebhook({ webhook }: Pick<Config, 'webhook'>): Webhook | null {
  if (webhook === undefined) return null
  return {
    async post({ id, type, createdAt, data }, now) {
      const body = JSON.stringify({ id, type, createdAt: createdAt.toISOString(), data })
      const timestamp = Math.floor(now.getTime() / 1000)
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': sign(webhook.secret, id, timestamp, body),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`the webhook's receiver answered ${response.status}`)
    },
  }
}

/** The signature of the Standard Webhooks specification, version 1: HMAC-SHA256 over `id.timestamp.body`, in base64. */
export function sign(secret: string, id: string, timestamp: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
  return `v1,${digest}`
}
