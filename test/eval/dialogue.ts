import { z } from 'zod'

/** A product as a dialogue can name it before it is played: by its place in the list last shown, or by its name. */
const ProductRef = z.union([
  z.strictObject({ shown: z.int() }),
  z.strictObject({ named: z.string() }),
  z.strictObject({ remembered: z.string() }),
])
export type ProductRef = z.infer<typeof ProductRef>

/** What an argument must be: a plain value, words that the search must hold, a product, a line of the cart, an order. */
const Expected = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({ words: z.array(z.string()) }),
  z.strictObject({ atMost: z.number() }),
  z.strictObject({ atLeast: z.number() }),
  z.strictObject({ line: ProductRef }),
  z.strictObject({ order: z.literal('latest') }),
  ProductRef,
])
export type Expected = z.infer<typeof Expected>

const ExpectedTool = z.strictObject({
  name: z.string(),
  args: z.record(z.string(), Expected).default({}),
})
export type ExpectedTool = z.infer<typeof ExpectedTool>

const Turn = z.strictObject({
  say: z.string(),
  /** The tools that must run, in this order; reading ones may stand between them. */
  tools: z.array(ExpectedTool).default([]),
  /** Reading tools are no mistake though none is expected. */
  mayRead: z.boolean().default(false),
  /** How the run must end, where it is not with a success. */
  outcome: z.enum(['success', 'interrupt']).optional(),
  /** Words that the answer must hold, whatever their case. */
  says: z.array(z.string()).default([]),
  saysNot: z.array(z.string()).default([]),
  /** Keeps a product of the list that is on show after this turn, under a name. */
  remember: z.record(z.string(), z.strictObject({ shown: z.int() })).default({}),
})
export type DialogueTurn = z.infer<typeof Turn>

const CartLine = z.strictObject({
  product: ProductRef,
  quantity: z.int(),
  color: z.string().optional(),
  size: z.string().optional(),
})

export const Dialogue = z.strictObject({
  name: z.string(),
  turns: z.array(Turn).min(1),
  /** What the database must hold in the end; what is left out is not looked at. */
  end: z
    .strictObject({
      cart: z.array(CartLine).optional(),
      coupon: z.string().optional(),
      orders: z.array(z.enum(['paid', 'processing', 'shipped', 'refunded', 'return_requested'])).optional(),
      handoffs: z.int().optional(),
    })
    .default({}),
})
export type Dialogue = z.infer<typeof Dialogue>

export const DialogueFile = z.array(Dialogue)
