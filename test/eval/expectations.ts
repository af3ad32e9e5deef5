import type { Cart, Order, Product } from '../../src/contract/index.ts'
import type { DialogueTurn, Expected, ExpectedTool, ProductRef } from './dialogue.ts'
import type { PlayedTool, PlayedTurn } from './stage.ts'

/** What references of a dialogue stand for while it is played. */
export interface Scene {
  readonly shown: readonly Product[]
  readonly remembered: ReadonlyMap<string, Product>
  readonly byName: ReadonlyMap<string, Product>
  /** Before the turn. */
  readonly cart: Cart
  readonly orders: readonly Order[]
}

const READING: ReadonlySet<string> = new Set([
  ...['search_products', 'get_product', 'check_inventory', 'view_cart', 'loyalty_status'],
  ...['list_orders', 'track_order'],
])

export interface TurnScore {
  readonly toolsRight: boolean
  readonly argsRight: number
  readonly argsAsked: number
  readonly problems: readonly string[]
}

/** Compares what ran with what should have. */
export function judgeTurn(expected: DialogueTurn, played: PlayedTurn, scene: Scene): TurnScore {
  const problems: string[] = []
  const pairs = align(expected.tools, played.tools)
  const missing = expected.tools.filter((_, index) => pairs[index] === undefined)
  const extra = played.tools.filter((tool) => !pairs.includes(tool))
  const wrongExtra = extra.filter(
    ({ name }) => !READING.has(name) || (expected.tools.length === 0 && !expected.mayRead),
  )
  if (missing.length > 0) problems.push(`did not run ${missing.map(({ name }) => name).join(', ')}`)
  if (wrongExtra.length > 0) problems.push(`ran ${wrongExtra.map(({ name }) => name).join(', ')}`)
  let argsRight = 0
  let argsAsked = 0
  for (const [index, tool] of expected.tools.entries()) {
    for (const [name, value] of Object.entries(tool.args)) {
      argsAsked += 1
      const ran = pairs[index]
      if (ran !== undefined && fits(value, name, ran, scene)) argsRight += 1
      else if (ran !== undefined)
        problems.push(
          `${tool.name}: ${name} is ${JSON.stringify(ran.args[name])}, not ${JSON.stringify(value)}`,
        )
    }
  }
  problems.push(...judgeAnswer(expected, played))
  return {
    toolsRight: missing.length === 0 && wrongExtra.length === 0,
    argsRight,
    argsAsked,
    problems,
  }
}

function judgeAnswer(expected: DialogueTurn, played: PlayedTurn): string[] {
  const text = played.answer?.text.toLowerCase() ?? ''
  return [
    ...(text === '' ? ['said nothing'] : []),
    ...expected.says
      .filter((word) => !text.includes(word.toLowerCase()))
      .map((word) => `did not say "${word}"`),
    ...expected.saysNot.filter((word) => text.includes(word.toLowerCase())).map((word) => `said "${word}"`),
    ...((expected.outcome ?? played.outcome) === played.outcome && played.outcome !== 'error'
      ? []
      : [`ended with ${played.outcome}`]),
  ]
}

/** The played tool that stands for each expected one, in order. */
function align(
  expected: readonly ExpectedTool[],
  played: readonly PlayedTool[],
): Array<PlayedTool | undefined> {
  let from = 0
  return expected.map(({ name }) => {
    const found = played.findIndex((tool, index) => index >= from && tool.name === name)
    if (found < 0) return undefined
    from = found + 1
    return played[found]
  })
}

function fits(expected: Expected, name: string, ran: PlayedTool, scene: Scene): boolean {
  const actual = ran.args[name]
  if (typeof expected !== 'object') {
    if (name === 'quantity' && expected === 1 && actual === undefined) return true
    return typeof actual === 'string' && typeof expected === 'string'
      ? actual.toLowerCase() === expected.toLowerCase()
      : actual === expected
  }
  if ('words' in expected) return holdsWords(expected.words, ran.args)
  if ('atMost' in expected) return typeof actual === 'number' && actual <= expected.atMost
  if ('atLeast' in expected) return typeof actual === 'number' && actual >= expected.atLeast
  if ('order' in expected) {
    const [latest] = scene.orders
    return latest !== undefined && (actual === latest.id || actual === latest.number)
  }
  if ('line' in expected) {
    const product = productOf(expected.line, scene)
    return scene.cart.items.some(({ id, productId }) => id === actual && productId === product?.id)
  }
  return actual !== undefined && actual === productOf(expected, scene)?.id
}

function holdsWords(words: readonly string[], args: Readonly<Record<string, unknown>>): boolean {
  const text = ['q', 'category', 'brand', 'color', 'size'].map((name) => args[name] ?? '').join(' ')
  const lower = text.toLowerCase()
  return words.every((word) => lower.includes(word.toLowerCase()))
}

export function productOf(ref: ProductRef, scene: Omit<Scene, 'cart' | 'orders'>): Product | undefined {
  if ('named' in ref) return scene.byName.get(ref.named.toLowerCase())
  if ('remembered' in ref) return scene.remembered.get(ref.remembered)
  return scene.shown.at(ref.shown > 0 ? ref.shown - 1 : ref.shown)
}
