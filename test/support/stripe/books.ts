import { StripeProblem } from './problem.ts'

/** Parameters of a request, by their names as they were sent, such as `metadata[authorization]`. */
export type Params = ReadonlyMap<string, string>

export interface BookedIntent {
  readonly id: string
  readonly object: 'payment_intent'
  readonly amount: number
  readonly currency: string
  readonly capture_method: string
  readonly customer: string | null
  readonly metadata: Readonly<Record<string, string>>
  status: string
  amount_received: number
  payment_method: string | null
  last_payment_error: Readonly<Record<string, string>> | null
  latest_charge: string | null
}

export interface BookedRefund {
  readonly id: string
  readonly object: 'refund'
  readonly amount: number
  readonly payment_intent: string
  readonly metadata: Readonly<Record<string, string>>
  readonly status: string
}

interface BookedMethod {
  readonly id: string
  readonly object: 'payment_method'
  readonly type: 'card'
  readonly card: { readonly brand: string; readonly last4: string }
  customer: string | null
}

type Outcome = { readonly code: string; readonly decline_code?: string } | 'approved' | 'action'

/** Stripe's own test cards. */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['4000000000000002', { code: 'card_declined', decline_code: 'generic_decline' }],
  ['4000000000009995', { code: 'card_declined', decline_code: 'insufficient_funds' }],
  ['4000000000009979', { code: 'card_declined', decline_code: 'stolen_card' }],
  ['4000000000000069', { code: 'expired_card' }],
  ['4000002760003184', 'action'],
])

/** What a payment service knows: cards, intents with their states, and refunds. Each step checks like Stripe does. */
export class StripeBooks {
  readonly intents = new Map<string, BookedIntent>()
  readonly refunds: BookedRefund[] = []
  readonly #methods = new Map<string, BookedMethod>()
  readonly #outcomes = new Map<string, Outcome>()
  readonly #used = new Set<string>()
  #last = 0

  #id(prefix: string): string {
    this.#last += 1
    return `${prefix}_${String(this.#last).padStart(8, '0')}`
  }

  /** What Stripe's own script in a browser does with a card. */
  addMethod(number: string): BookedMethod {
    const id = this.#id('pm')
    const card = { brand: number.startsWith('5') ? 'mastercard' : 'visa', last4: number.slice(-4) }
    const method: BookedMethod = { id, object: 'payment_method', type: 'card', card, customer: null }
    this.#methods.set(id, method)
    this.#outcomes.set(id, OUTCOMES.get(number) ?? 'approved')
    return method
  }

  createMethod(params: Params): BookedMethod {
    return this.addMethod(params.get('card[number]') ?? '')
  }

  method(id: string): BookedMethod {
    const method = this.#methods.get(id)
    if (method === undefined) throw StripeProblem.missing('payment_method', id)
    return method
  }

  attach(id: string, params: Params): BookedMethod {
    const method = this.method(id)
    method.customer = params.get('customer') ?? null
    return method
  }

  detach(id: string): BookedMethod {
    const method = this.method(id)
    if (method.customer === null) throw StripeProblem.invalid('the payment method is not attached')
    method.customer = null
    this.#used.add(id)
    return method
  }

  createCustomer(): object {
    return { id: this.#id('cus'), object: 'customer' }
  }

  createIntent(params: Params): BookedIntent {
    const amount = Number(params.get('amount'))
    if (amount < 50) throw StripeProblem.invalid('amount too small', 'amount_too_small')
    const intent: BookedIntent = {
      id: this.#id('pi'),
      object: 'payment_intent',
      amount,
      currency: params.get('currency') ?? '',
      capture_method: params.get('capture_method') ?? 'automatic',
      customer: params.get('customer') ?? null,
      metadata: nested(params, 'metadata'),
      status: 'requires_payment_method',
      amount_received: 0,
      payment_method: null,
      last_payment_error: null,
      latest_charge: null,
    }
    this.intents.set(intent.id, intent)
    return intent
  }

  intent(id: string): BookedIntent {
    const intent = this.intents.get(id)
    if (intent === undefined) throw StripeProblem.missing('intent', id)
    return intent
  }

  confirm(id: string, params: Params): BookedIntent {
    const intent = this.intent(id)
    requireStatus(intent, ['requires_payment_method', 'requires_confirmation'])
    const method = this.method(params.get('payment_method') ?? '')
    if (method.customer !== intent.customer || this.#used.has(method.id)) {
      throw StripeProblem.invalid('the payment method may not be used for this', undefined, 'payment_method')
    }
    const outcome = this.#outcomes.get(method.id) ?? 'approved'
    const refused = outcome === 'action' ? { code: 'authentication_required' } : outcome
    if (refused !== 'approved') {
      intent.last_payment_error = { type: 'card_error', ...refused }
      throw StripeProblem.card(refused)
    }
    if (method.customer === null) this.#used.add(method.id)
    intent.payment_method = method.id
    intent.last_payment_error = null
    intent.latest_charge = this.#id('ch')
    intent.status = intent.capture_method === 'manual' ? 'requires_capture' : 'succeeded'
    if (intent.status === 'succeeded') intent.amount_received = intent.amount
    return intent
  }

  capture(id: string): BookedIntent {
    const intent = this.intent(id)
    requireStatus(intent, ['requires_capture'])
    intent.status = 'succeeded'
    intent.amount_received = intent.amount
    return intent
  }

  cancel(id: string): BookedIntent {
    const intent = this.intent(id)
    requireStatus(intent, ['requires_payment_method', 'requires_confirmation', 'requires_capture'])
    intent.status = 'canceled'
    return intent
  }

  refund(params: Params): BookedRefund {
    const intent = this.intent(params.get('payment_intent') ?? '')
    const left = intent.amount_received - this.refunded(intent.id)
    const amount = params.has('amount') ? Number(params.get('amount')) : left
    if (amount > left || left === 0) throw StripeProblem.invalid('the refund is more than is left')
    const refund: BookedRefund = {
      id: this.#id('re'),
      object: 'refund',
      amount,
      payment_intent: intent.id,
      metadata: nested(params, 'metadata'),
      status: 'succeeded',
    }
    this.refunds.push(refund)
    return refund
  }

  listRefunds(params: Params): object {
    const data = this.refunds.filter(({ payment_intent: id }) => id === params.get('payment_intent'))
    return { object: 'list', data, has_more: false, url: '/v1/refunds' }
  }

  /** What has gone back of an intent. */
  refunded(intentId: string): number {
    return this.refunds
      .filter(({ payment_intent: id }) => id === intentId)
      .reduce((sum, { amount }) => sum + amount, 0)
  }
}

function requireStatus(intent: BookedIntent, allowed: readonly string[]): void {
  if (allowed.includes(intent.status)) return
  throw StripeProblem.invalid(`the intent is ${intent.status}`, 'payment_intent_unexpected_state')
}

function nested(params: Params, name: string): Record<string, string> {
  const entries = [...params].flatMap(([key, value]) => {
    const [, inner] = new RegExp(`^${name}\\[(.+)\\]$`).exec(key) ?? []
    return inner === undefined ? [] : [[inner, value] as const]
  })
  return Object.fromEntries(entries)
}
