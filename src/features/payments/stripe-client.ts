import type Stripe from 'stripe'
import type { StripeConfig } from '../../config.ts'
import { GATEWAY_CALL_MS } from './answer-within.ts'

/** Less than what any call is given, so that its own end is heard of. */
const TIMEOUT_MS = GATEWAY_CALL_MS - 200

/** Stripe's client, loaded when it is first wanted: a shop on the mock does without it. */
export type LazyStripe = () => Promise<Stripe>

export function lazyStripe({ secretKey, apiBase }: Pick<StripeConfig, 'secretKey' | 'apiBase'>): LazyStripe {
  let client: Promise<Stripe> | undefined
  const load = async () => {
    const { default: StripeClient } = await import('stripe')
    return new StripeClient(secretKey, {
      ...addressOf(apiBase),
      timeout: TIMEOUT_MS,
      // whoever calls the gateway repeats with the same key, and knows how long the customer can wait
      maxNetworkRetries: 0,
      telemetry: false,
    })
  }
  return () => {
    client ??= load()
    return client
  }
}

function addressOf(apiBase: string | undefined): {
  host?: string
  port?: number
  protocol?: 'http' | 'https'
} {
  if (apiBase === undefined) return {}
  const { hostname, port, protocol } = new URL(apiBase)
  const secure = protocol === 'https:'
  return {
    host: hostname,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    protocol: secure ? 'https' : 'http',
  }
}
