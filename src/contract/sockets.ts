import { z } from 'zod'
import {
  AddItem,
  ApplyCoupon,
  CancelCheckout,
  Cart,
  CartChanged,
  Checkout,
  RedeemPoints,
  RemoveItem,
  StartCheckout,
  UpdateItem,
} from './cart.ts'
import {
  AgentEvent,
  CancelledRun,
  CancelRun,
  ClosedSession,
  CloseSession,
  History,
  ListHistory,
  MessageNew,
  OpenedSession,
  OpenSession,
  ResumedRun,
  ResumeRun,
  SendMessage,
  SentMessage,
  SessionStateChanged,
} from './chat.ts'
import {
  InventorySubscribe,
  InventorySubscribed,
  InventoryUnsubscribed,
  StockBack,
  StockUpdate,
  WaitlistJoin,
  WaitlistJoined,
} from './inventory.ts'
import { CheckoutChanged, PaidCheckout, PayCheckout } from './orders.ts'
import { Empty, Time } from './primitives.ts'
import type { ProblemCode } from './problem.ts'

export interface ClientEvent {
  readonly summary: string
  readonly payload: z.ZodType
  readonly ack: z.ZodType
  /** Codes beyond those that every event can give. */
  readonly errors: readonly ProblemCode[]
  /** On a public namespace: this event needs a token all the same. */
  readonly needsToken?: boolean
  /** Whether the payload's `idempotencyKey` is honoured. */
  readonly idempotent?: boolean
  /** The route that runs the same command, whose idempotency keys it shares. */
  readonly command?: string
}

export interface ServerEvent {
  readonly summary: string
  readonly payload: z.ZodType
}

export interface Namespace {
  readonly summary: string
  readonly auth: 'token' | 'public'
  readonly client: Readonly<Record<string, ClientEvent>>
  readonly server: Readonly<Record<string, ServerEvent>>
}

const renew = {
  summary: 'Keep the socket open with a fresh token of the same user',
  payload: z.strictObject({ token: z.string().min(1).max(8192) }),
  ack: z.object({ expiresAt: Time }),
  errors: ['unauthenticated', 'token_expired', 'token_revoked', 'forbidden'],
} as const satisfies ClientEvent

const expired = {
  summary: 'The token expired or was revoked; the socket is closed after this',
  payload: z.object({ code: z.enum(['token_expired', 'token_revoked']) }),
} as const satisfies ServerEvent

/** Every event of the shop, by namespace. */
export const NAMESPACES = {
  '/chat': {
    summary: 'The conversation with the sales agent',
    auth: 'token',
    client: {
      'session:open': {
        summary: 'Open a session, or come back to one',
        payload: OpenSession,
        ack: OpenedSession,
        errors: ['not_found'],
      },
      'message:send': {
        summary: 'Say something; acknowledged once stored, the answer streams apart from it',
        payload: SendMessage,
        ack: SentMessage,
        errors: ['not_found', 'session_closed'],
      },
      'run:cancel': {
        summary: 'Stop the run under way',
        payload: CancelRun,
        ack: CancelledRun,
        errors: ['not_found', 'session_closed'],
      },
      'run:resume': {
        summary: 'Answer a confirmation',
        payload: ResumeRun,
        ack: ResumedRun,
        errors: ['not_found', 'session_closed'],
      },
      'history:list': {
        summary: 'Older messages',
        payload: ListHistory,
        ack: History,
        errors: ['not_found'],
      },
      'session:close': {
        summary: 'End the session',
        payload: CloseSession,
        ack: ClosedSession,
        errors: ['not_found'],
      },
      'auth:renew': renew,
    },
    server: {
      'message:new': { summary: 'A message was stored', payload: MessageNew },
      'agent:event': {
        summary: 'An AG-UI event of a run; one whose seq has come before replaces that and all after it',
        payload: AgentEvent,
      },
      'session:state': { summary: 'What the agent is doing', payload: SessionStateChanged },
      'auth:expired': expired,
    },
  },
  '/cart': {
    summary: 'The cart and its checkout',
    auth: 'token',
    client: {
      'cart:get': { summary: 'The cart', payload: Empty, ack: Cart, errors: [] },
      'cart:add': {
        summary: 'Put a variant into the cart',
        payload: AddItem,
        ack: Cart,
        errors: ['not_found', 'insufficient_stock'],
      },
      'cart:update': {
        summary: 'Set the quantity of a line',
        payload: UpdateItem,
        ack: Cart,
        errors: ['not_found', 'insufficient_stock'],
      },
      'cart:remove': {
        summary: 'Take a line out',
        payload: RemoveItem,
        ack: Cart,
        errors: ['not_found'],
      },
      'cart:apply_coupon': {
        summary: 'Put a coupon on the cart',
        payload: ApplyCoupon,
        ack: Cart,
        errors: ['not_found', 'coupon_not_applicable'],
      },
      'cart:redeem_points': {
        summary: 'Pay with points',
        payload: RedeemPoints,
        ack: Cart,
        errors: ['insufficient_points', 'cart_empty'],
      },
      'checkout:start': {
        summary: 'Hold the stock of the cart',
        payload: StartCheckout,
        ack: Checkout,
        errors: ['cart_empty', 'insufficient_stock'],
        idempotent: true,
        command: 'startCheckout',
      },
      'checkout:pay': {
        summary: 'Pay for a checkout',
        payload: PayCheckout,
        ack: PaidCheckout,
        errors: [
          'not_found',
          'payment_declined',
          'payment_timeout',
          'checkout_expired',
          'checkout_closed',
          'insufficient_points',
          'coupon_not_applicable',
        ],
        idempotent: true,
        command: 'placeOrder',
      },
      'checkout:cancel': {
        summary: 'Give a checkout up and release its hold',
        payload: CancelCheckout,
        ack: Checkout,
        errors: ['not_found', 'checkout_closed'],
      },
      'auth:renew': renew,
    },
    server: {
      'cart:changed': { summary: 'The cart changed, whoever changed it', payload: CartChanged },
      'checkout:state': { summary: 'A checkout moved on', payload: CheckoutChanged },
      'auth:expired': expired,
    },
  },
  '/inventory': {
    summary: 'Live stock, open to all',
    auth: 'public',
    client: {
      'inventory:subscribe': {
        summary: 'Watch products (all of them when none is named)',
        payload: InventorySubscribe,
        ack: InventorySubscribed,
        errors: ['not_found'],
      },
      'inventory:unsubscribe': {
        summary: 'Stop watching',
        payload: InventorySubscribe,
        ack: InventoryUnsubscribed,
        errors: [],
      },
      'stock:waitlist': {
        summary: 'Be told once when a product is back',
        payload: WaitlistJoin,
        ack: WaitlistJoined,
        errors: ['not_found'],
        needsToken: true,
      },
      'auth:renew': renew,
    },
    server: {
      'inventory:updated': { summary: 'The stock of a product changed', payload: StockUpdate },
      'stock:back': { summary: 'A product that this user waits for is back', payload: StockBack },
      'auth:expired': expired,
    },
  },
} as const satisfies Record<string, Namespace>

export type NamespaceName = keyof typeof NAMESPACES
export type ClientEventName<N extends NamespaceName> = keyof (typeof NAMESPACES)[N]['client'] & string
export type ServerEventName<N extends NamespaceName> = keyof (typeof NAMESPACES)[N]['server'] & string

type Field<T, K extends string> = T extends { readonly [key in K]: infer S extends z.ZodType } ? S : never

/** A client event's data, as the handler gets it. */
export type EventPayload<N extends NamespaceName, E extends ClientEventName<N>> = z.output<
  Field<(typeof NAMESPACES)[N]['client'][E], 'payload'>
>
/** A client event's data, as the client may write it. */
export type EventInput<N extends NamespaceName, E extends ClientEventName<N>> = z.input<
  Field<(typeof NAMESPACES)[N]['client'][E], 'payload'>
>
/** What the acknowledgement carries in `data`. */
export type EventAck<N extends NamespaceName, E extends ClientEventName<N>> = z.output<
  Field<(typeof NAMESPACES)[N]['client'][E], 'ack'>
>
/** A server event's data. */
export type EventBroadcast<N extends NamespaceName, E extends ServerEventName<N>> = z.output<
  Field<(typeof NAMESPACES)[N]['server'][E], 'payload'>
>
