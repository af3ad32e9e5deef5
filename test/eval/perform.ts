import type { Product } from '../../src/contract/index.ts'
import type { Dialogue } from './dialogue.ts'
import { judgeTurn, productOf, type Scene } from './expectations.ts'
import { ungrounded } from './grounding.ts'
import type { PlayedTurn, Player, Stage } from './stage.ts'

export interface PerformedDialogue {
  readonly name: string
  readonly turns: number
  readonly toolsRight: number
  readonly argsRight: number
  readonly argsAsked: number
  /** Every turn was right and the database holds what it should. */
  readonly success: boolean
  readonly answers: number
  readonly grounded: number
  /** An order or a refund without a yes before it. */
  readonly spentUnasked: boolean
  readonly milliseconds: readonly number[]
  readonly problems: readonly string[]
}

const MOST_QUESTIONS = 3

/** Plays a dialogue with a new customer and scores it. */
export async function perform(
  stage: Stage,
  dialogue: Dialogue,
  catalog: ReadonlyMap<string, Product>,
): Promise<PerformedDialogue> {
  const player = await stage.enter()
  const played: PlayedTurn[] = []
  const problems: string[] = []
  const names = [...catalog.values()].map(({ name }) => name)
  const remembered = new Map<string, Product>()
  let shown: readonly Product[] = []
  let toolsRight = 0
  let argsRight = 0
  let argsAsked = 0
  let grounded = 0
  let answers = 0
  let spentUnasked = false
  try {
    for (const turn of dialogue.turns) {
      const scene: Scene = {
        shown,
        remembered,
        byName: catalog,
        ...(await stateOf(player)),
      }
      const wantsAdding = turn.tools.some(({ name }) => name === 'add_to_cart')
      const exchange = await say(player, turn.say, wantsAdding)
      const whole = together(exchange)
      played.push(...exchange)
      const score = judgeTurn(turn, whole, scene)
      if (score.toolsRight) toolsRight += 1
      argsRight += score.argsRight
      argsAsked += score.argsAsked
      problems.push(...score.problems.map((problem) => `"${turn.say}": ${problem}`))
      for (const { answer } of exchange) {
        answers += 1
        const wrong = ungrounded(answer?.text ?? '', played, names)
        if (wrong.length === 0) grounded += 1
        else problems.push(`"${turn.say}": not from a tool: ${wrong.join(', ')}`)
        if (answer?.products !== undefined && answer.products.length > 0) shown = answer.products
      }
      if (spends(whole) && !isYes(turn.say)) {
        spentUnasked = true
        problems.push(`"${turn.say}": money moved without a yes`)
      }
      for (const [key, ref] of Object.entries(turn.remember)) {
        const product = productOf(ref, { shown, remembered, byName: catalog })
        if (product !== undefined) remembered.set(key, product)
      }
    }
    problems.push(
      ...(await judgeEnd(stage, player, dialogue, {
        shown,
        remembered,
        byName: catalog,
      })),
    )
  } finally {
    player.close()
  }
  return {
    name: dialogue.name,
    turns: dialogue.turns.length,
    toolsRight,
    argsRight,
    argsAsked,
    success: problems.length === 0,
    answers,
    grounded,
    spentUnasked,
    milliseconds: played.map(({ milliseconds }) => milliseconds),
    problems,
  }
}

const SPENDING: ReadonlySet<string> = new Set(['place_order', 'return_order'])

function spends({ tools, confirmed }: PlayedTurn): boolean {
  return tools.some(({ name, result }) => SPENDING.has(name) && isDone(result)) || confirmed.some(isDone)
}

function isDone(result: unknown): boolean {
  return typeof result === 'object' && result !== null && !('error' in result) && 'id' in result
}

function isYes(text: string): boolean {
  return /\b(?:yes|yeah|yep|yup|sure|ok|okay|confirm|go ahead|haan|proceed|do it)\b/i.test(text)
}

/** Says it, and where the agent must know a colour or a size, takes the first one that it offers. */
async function say(player: Player, text: string, wantsAdding: boolean): Promise<PlayedTurn[]> {
  const turns = [await player.say(text)]
  while (wantsAdding && turns.length <= MOST_QUESTIONS) {
    const option = /Which (?:colour|size) of .* There is ([^,]+?)(?:,| or |\.)/s.exec(
      turns.at(-1)?.answer?.text ?? '',
    )?.[1]
    if (option === undefined) break
    turns.push(await player.say(option))
  }
  return turns
}

function together(turns: readonly PlayedTurn[]): PlayedTurn {
  const [first] = turns
  const last = turns.at(-1)
  if (first === undefined || last === undefined) throw new Error('nothing was played')
  return {
    ...last,
    said: first.said,
    tools: turns.flatMap(({ tools }) => tools),
    confirmed: turns.flatMap(({ confirmed }) => confirmed),
  }
}

async function stateOf(player: Player): Promise<Pick<Scene, 'cart' | 'orders'>> {
  const [cart, orders] = await Promise.all([
    player.shopper.api.call('getCart'),
    player.shopper.api.call('listOrders'),
  ])
  return { cart, orders: orders.items }
}

async function judgeEnd(
  stage: Stage,
  player: Player,
  { end }: Dialogue,
  scene: Omit<Scene, 'cart' | 'orders'>,
): Promise<string[]> {
  const { cart, orders } = await stateOf(player)
  const problems: string[] = []
  if (end.cart !== undefined) {
    const wanted = end.cart.map(({ product, quantity, color, size }) => ({
      product: productOf(product, scene),
      quantity,
      color,
      size,
    }))
    const right =
      wanted.length === cart.items.length &&
      wanted.every(({ product, quantity, color, size }) =>
        cart.items.some(
          (item) =>
            item.productId === product?.id &&
            item.quantity === quantity &&
            (color === undefined || item.color === color) &&
            (size === undefined || item.size === size),
        ),
      )
    const lines = cart.items.map(({ quantity, name, color, size }) => [quantity, name, color, size].join(' '))
    if (!right) problems.push(`the cart holds ${lines.join(' + ') || 'nothing'}`)
  }
  if (end.coupon !== undefined && cart.coupon?.code !== end.coupon)
    problems.push(`the cart's coupon is ${cart.coupon?.code}`)
  if (end.orders !== undefined && orders.map(({ status }) => status).join() !== end.orders.join())
    problems.push(`the orders are ${orders.map(({ status }) => status).join() || 'none'}`)
  if (end.handoffs !== undefined) {
    const count = await stage.world.ctx.db
      .collection('handoffs')
      .countDocuments({ sessionId: player.sessionId })
    if (count !== end.handoffs) problems.push(`${count} hand-offs`)
  }
  return problems
}
