/** What a gateway is told of a card; it alone ever sees the number. */
export interface CardSource {
  readonly kind: 'card'
  readonly number: string
  readonly expMonth?: number | undefined
  readonly expYear?: number | undefined
  readonly cvc?: string | undefined
}

export interface UpiSource {
  readonly kind: 'upi'
  readonly vpa: string
}

/** What stands for a card or a UPI address from then on. */
export interface TokenizedSource {
  readonly token: string
  readonly brand: string
  /** The last four digits of a card. */
  readonly last4?: string
}

export interface AuthorizationRequest {
  /** Names this attempt; the same key again gives the first answer. */
  readonly key: string
  readonly token: string
  /** Minor units. */
  readonly amount: number
  readonly currency: string
}

export type Authorization =
  | { readonly status: 'approved'; readonly reference: string }
  | { readonly status: 'declined'; readonly reason: string }

/**
 * A payment service. Every call is idempotent by its key, may throw GatewayError for a failure that passes, and may
 * give no answer at all.
 */
export interface PaymentGateway {
  /**
   * `keep`: the token is good until it is forgotten, otherwise for an hour.
   * @throws PaymentRefused for what this service does not take
   */
  tokenize(source: CardSource | UpiSource, options: { readonly keep: boolean }): Promise<TokenizedSource>
  forget(token: string): Promise<void>
  /**
   * A token that a frontend got from the service itself, as the shop is to keep it; null for one that is not good.
   * Without this the service gives tokens to nobody but the shop.
   */
  describe?(token: string): Promise<TokenizedSource | null>
  /** Sets money aside. Rejects when `signal` aborts, which says nothing about the money. */
  authorize(request: AuthorizationRequest, signal: AbortSignal): Promise<Authorization>
  /** What became of an authorization whose answer was lost; null when the gateway has none or it was voided. */
  find(key: string): Promise<Authorization | null>
  /** Takes the whole of what was set aside under the key. */
  capture(key: string): Promise<void>
  /** Lets go of what was set aside; one that has not arrived yet is refused when it does. */
  void(key: string): Promise<void>
  /** Gives back a part of what was captured under `authorizationKey`; `key` names this refund. */
  refund(refund: {
    readonly key: string
    readonly authorizationKey: string
    /** Minor units. */
    readonly amount: number
  }): Promise<void>
}

/** The service could not do it now; the same call may go through later. */
export class GatewayError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'GatewayError'
  }
}

/** The service does not take this card or this way to pay; `reason` is a decline's. */
export class PaymentRefused extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(`the payment service refused it: ${reason}`)
    this.name = 'PaymentRefused'
    this.reason = reason
  }
}
