import { Cart, Problem } from '../../src/contract/index.ts'
import type { Client } from './client.ts'
import type { Shopper } from './world.ts'

/** What can be done to a cart; the same at both doors. */
export type CartVerb = 'get' | 'add' | 'update' | 'remove' | 'apply_coupon' | 'redeem_points'

/** A cart by one of its doors. Inputs are unchecked, so that a test can send what does not fit. */
export interface CartDoor {
  /** Does it and returns the cart. Throws when it is refused. */
  act(verb: CartVerb, input?: Readonly<Record<string, unknown>>): Promise<Cart>
  /** Does what must be refused; returns the problem. */
  refused(verb: CartVerb, input?: Readonly<Record<string, unknown>>): Promise<Problem>
}

type Input = Readonly<Record<string, unknown>>
type Answer = { readonly cart: Cart } | { readonly problem: Problem }

/** The cart by REST, where the status is a part of the answer. */
export function restDoor(shopper: Pick<Shopper, 'api'>): CartDoor {
  return doorOf(async (verb, input) => {
    const { method, path, body, status } = requestOf(verb, input)
    const response = await shopper.api.raw(`/api${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) return { problem: Problem.parse(answer) }
    if (response.status !== status) throw new Error(`${verb} answered ${response.status}`)
    return { cart: Cart.parse(answer) }
  })
}

/** The cart by the `/cart` namespace. */
export function socketDoor(client: Client<'/cart'>): CartDoor {
  return doorOf(async (verb, input) => {
    const answer = await client.emit(`cart:${verb}`, input)
    return answer.ok ? { cart: Cart.parse(answer.data) } : { problem: Problem.parse(answer.error) }
  })
}

function doorOf(answerTo: (verb: CartVerb, input: Input) => Promise<Answer>): CartDoor {
  return {
    async act(verb, input = {}) {
      const answer = await answerTo(verb, input)
      if ('cart' in answer) return answer.cart
      throw new Error(`${verb}: ${JSON.stringify(answer.problem)}`)
    },
    async refused(verb, input = {}) {
      const answer = await answerTo(verb, input)
      if ('problem' in answer) return answer.problem
      throw new Error(`${verb} was expected to fail`)
    },
  }
}

interface Request {
  readonly method: string
  readonly path: string
  readonly body?: Input
  readonly status: number
}

function requestOf(verb: CartVerb, input: Input): Request {
  const { itemId, ...rest } = input
  const item = `/cart/items/${encodeURIComponent(String(itemId))}`
  switch (verb) {
    case 'get':
      return { method: 'GET', path: '/cart', status: 200 }
    case 'add':
      return { method: 'POST', path: '/cart/items', body: input, status: 201 }
    case 'update':
      return { method: 'PUT', path: item, body: rest, status: 200 }
    case 'remove':
      return { method: 'DELETE', path: item, status: 200 }
    case 'apply_coupon':
      return { method: 'POST', path: '/loyalty/apply-coupon', body: input, status: 200 }
    case 'redeem_points':
      return { method: 'POST', path: '/loyalty/redeem-points', body: input, status: 200 }
  }
}
