import { z } from 'zod'
import type { BrainStep, ToolName, ToolOutcome } from '../../src/agent/brain.ts'
import { stepsOf } from '../../src/agent/rules-brain/index.ts'
import type { Cart, Checkout, Product, Totals } from '../../src/contract/index.ts'

const AT = '2026-01-01T00:00:00.000Z'
const money = (amount: number) => ({ amount, currency: 'INR' })

const Arguments = z.record(z.string(), z.unknown())

interface Shelf {
  readonly name: string
  readonly brand: string
  readonly category: string
  readonly price: number
  readonly tags?: readonly string[]
  readonly colors?: readonly string[]
  readonly sizes?: readonly string[]
  readonly available?: number
}

export function product(shelf: Shelf): Product {
  const slug = shelf.name.toLowerCase().replaceAll(' ', '-')
  const colors = shelf.colors ?? [undefined]
  const sizes = shelf.sizes ?? [undefined]
  const available = shelf.available ?? 9
  return {
    id: `id-${slug}`,
    slug,
    name: shelf.name,
    description: `${shelf.name} by ${shelf.brand}.`,
    brand: shelf.brand,
    category: shelf.category,
    price: money(shelf.price * 100),
    images: [],
    variants: colors.flatMap((color) =>
      sizes.map((size) => ({
        sku: [slug, color, size].filter((part) => part !== undefined).join('-'),
        price: money(shelf.price * 100),
        available,
        ...(color === undefined ? {} : { color }),
        ...(size === undefined ? {} : { size }),
      })),
    ),
    rating: 4,
    tags: [...(shelf.tags ?? [])],
    stock: { available, status: available === 0 ? 'out_of_stock' : 'in_stock' },
    createdAt: AT,
    updatedAt: AT,
  }
}

/** A shop in memory that answers the agent's tools as the real ones do, for testing what the brain asks of them. */
export class FakeShop {
  readonly products: Product[]
  readonly calls: Array<{ name: ToolName; args: Readonly<Record<string, unknown>> }> = []
  private lines: Array<{ id: string; sku: string; productId: string; quantity: number }> = []
  private memory: Readonly<Record<string, unknown>> = {}

  constructor(shelves: readonly Shelf[]) {
    this.products = shelves.map(product)
  }

  /** Says something to the brain and plays its tools until it answers. */
  say(text: string): Extract<BrainStep, { type: 'answer' }> {
    this.calls.length = 0
    const results: ToolOutcome[] = []
    for (let round = 0; round < 20; round += 1) {
      const steps = stepsOf({
        text,
        history: [],
        memory: this.memory,
        offered: [],
        results,
        vocabulary: this.vocabulary(),
        currency: 'INR',
        locale: 'en-IN',
        openConfirmation: undefined,
        customerName: 'Asha Rao',
        cardToken: undefined,
        resumed: false,
        signal: new AbortController().signal,
      })
      const last = steps.at(-1)
      if (last?.type === 'answer') {
        this.memory = Arguments.parse(JSON.parse(JSON.stringify(last.memory)))
        return last
      }
      if (last?.type !== 'tool') throw new Error('the brain neither acted nor answered')
      const args = Arguments.parse(last.args)
      this.calls.push({ name: last.name, args })
      results.push({ callId: last.callId, name: last.name, args, ...this.run(last.name, args) })
    }
    throw new Error('the brain did not come to an answer')
  }

  private vocabulary() {
    const distinct = (values: ReadonlyArray<string | null | undefined>) => [
      ...new Set(values.filter((value): value is string => typeof value === 'string')),
    ]
    return {
      brands: distinct(this.products.map(({ brand }) => brand)),
      categories: distinct(this.products.map(({ category }) => category)),
      colors: distinct(this.products.flatMap(({ variants }) => variants.map(({ color }) => color))),
      sizes: distinct(this.products.flatMap(({ variants }) => variants.map(({ size }) => size))),
      tags: distinct(this.products.flatMap(({ tags }) => tags)),
      names: distinct(this.products.map(({ name }) => name)),
    }
  }

  private run(name: ToolName, args: Readonly<Record<string, unknown>>): { ok: true; result: unknown } {
    const found = (result: unknown) => ({ ok: true as const, result })
    switch (name) {
      case 'search_products':
        return found({ items: this.products.filter((candidate) => this.fits(candidate, args)) })
      case 'get_product':
        return found(this.products.find(({ id }) => id === args.productId))
      case 'add_to_cart': {
        const sku = String(args.sku)
        const line = this.lines.find((candidate) => candidate.sku === sku)
        if (line === undefined) {
          this.lines.push({
            id: `line-${sku}`,
            sku,
            productId: String(args.productId),
            quantity: Number(args.quantity),
          })
        } else line.quantity += Number(args.quantity)
        return found(this.cart())
      }
      case 'update_cart_item':
        for (const line of this.lines) if (line.id === args.itemId) line.quantity = Number(args.quantity)
        return found(this.cart())
      case 'remove_from_cart':
        this.lines = this.lines.filter(({ id }) => id !== args.itemId)
        return found(this.cart())
      case 'view_cart':
        return found(this.cart())
      case 'apply_coupon':
        return found(args.code === undefined ? { items: [] } : this.cart())
      case 'start_checkout': {
        const checkout: Checkout = {
          id: 'checkout-1',
          state: 'open',
          cart: this.cart(),
          totals: this.totals(),
          expiresAt: AT,
        }
        return found(checkout)
      }
      case 'loyalty_status':
        return found({
          tier: 'gold',
          points: 250,
          lifetimePoints: 900,
          nextTier: 'platinum',
          pointsToNextTier: 100,
          discountPercent: 5,
        })
      case 'list_orders':
        return found({ items: [] })
      case 'hand_off':
        return found({ id: 'handoff-1' })
      default:
        return found({})
    }
  }

  private fits(candidate: Product, args: Readonly<Record<string, unknown>>): boolean {
    const text = `${candidate.name} ${candidate.category} ${candidate.tags.join(' ')}`.toLowerCase()
    const words = typeof args.q === 'string' ? args.q.toLowerCase().split(' ') : []
    const colored = args.color === undefined || candidate.variants.some(({ color }) => color === args.color)
    const cheapEnough = typeof args.maxPrice !== 'number' || candidate.price.amount <= args.maxPrice
    const branded = args.brand === undefined || candidate.brand === args.brand
    return colored && cheapEnough && branded && words.every((word) => text.includes(word.replace(/e?s$/, '')))
  }

  private cart(): Cart {
    return {
      id: 'cart-1',
      items: this.lines.flatMap((line) => {
        const owner = this.products.find(({ id }) => id === line.productId)
        const variant = owner?.variants.find(({ sku }) => sku === line.sku)
        if (owner === undefined || variant === undefined) return []
        const { color, size, price } = variant
        return {
          id: line.id,
          productId: owner.id,
          sku: line.sku,
          name: owner.name,
          image: null,
          ...(color === undefined ? {} : { color }),
          ...(size === undefined ? {} : { size }),
          unitPrice: price,
          quantity: line.quantity,
          lineTotal: money(price.amount * line.quantity),
          available: variant.available,
        }
      }),
      pointsRedeemed: 0,
      totals: this.totals(),
      version: 1,
      updatedAt: AT,
    }
  }

  private totals(): Totals {
    const subtotal = this.lines.reduce((sum, line) => {
      const owner = this.products.find(({ id }) => id === line.productId)
      return sum + (owner?.price.amount ?? 0) * line.quantity
    }, 0)
    return {
      subtotal: money(subtotal),
      tierDiscount: money(0),
      couponDiscount: money(0),
      pointsDiscount: money(0),
      shipping: money(0),
      tax: money(0),
      total: money(subtotal),
      tier: 'bronze',
    }
  }
}
