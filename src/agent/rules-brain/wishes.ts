import type { Turn } from './flow.ts'
import type { ShownProduct } from './memory.ts'
import type { Clause } from './understand.ts'
import { hasVariant, type Indifference } from './variants.ts'

/** What the customer says of colour and size. */
export interface Wishes {
  readonly color: string | undefined
  readonly size: string | undefined
  readonly free: Indifference
}

/** What she says now, else what she searched for where the product has it. */
export function wishesOf(clause: Clause, product: ShownProduct, turn: Turn): Wishes {
  const said = {
    color: clause.terms.find(({ kind }) => kind === 'color')?.value,
    size: clause.quantities.size,
  }
  const searched = searchedWishes(product, turn)
  const numbered = clause.quantities.bare.map(String).find((size) => hasVariant(product, { size }))
  const again = sameAgain(product, turn)
  const { question, focus } = turn.memory
  const asked = question?.about === 'product' && focus === product.id ? question : undefined
  const size = said.size ?? numbered ?? asked?.size ?? again?.size ?? searched.size
  return {
    color:
      said.color ??
      asked?.color ??
      again?.color ??
      (had(product, searched.color, size) ? searched.color : undefined),
    size,
    free: eitherFree(clause.free, searched.free),
  }
}

/** Whether there is any left in a colour that was only searched for. */
function had({ variants }: ShownProduct, color: string | undefined, size: string | undefined): boolean {
  const fits = (variant: ShownProduct['variants'][number]) => size === undefined || variant.size === size
  return variants.some((variant) => variant.color === color && fits(variant) && variant.available > 0)
}

/** "add two more": of the variant that was added last. */
function sameAgain(
  product: ShownProduct,
  { memory: { lastAdded } }: Turn,
): ShownProduct['variants'][number] | undefined {
  return lastAdded?.productId === product.id
    ? product.variants.find(({ sku }) => sku === lastAdded.sku)
    : undefined
}

export function searchedWishes(product: ShownProduct, turn: Turn): Wishes {
  const { color, size } = turn.memory.lastSearch?.filters ?? {}
  return {
    color: hasVariant(product, { color }) ? color : undefined,
    size: hasVariant(product, { size }) ? size : undefined,
    free: turn.memory.lastSearch?.free ?? { color: false, size: false },
  }
}

function eitherFree(a: Indifference, b: Indifference): Indifference {
  return { color: a.color || b.color, size: a.size || b.size }
}
