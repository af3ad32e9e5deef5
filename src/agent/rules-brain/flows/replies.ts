import { dictionaryOf } from '../dictionary.ts'
import type { Flow } from '../flow.ts'
import { focused } from '../memory.ts'
import { wishesOf } from '../wishes.ts'
import { add } from './add.ts'
import { addOne } from './add-one.ts'
import { search } from './search.ts'

/** "any colour" before anything is chosen: it will not be asked for. */
export const leftToUs: Flow = function* (clause, turn) {
  const { lastSearch, shown } = turn.memory
  if (lastSearch !== undefined)
    turn.memory = { ...turn.memory, lastSearch: { ...lastSearch, free: clause.free } }
  const which = shown.length > 1 ? 'Which one shall I add?' : 'What are you looking for?'
  return { text: `All right, I will take one that is in stock. ${which}` }
}

/** "yes" to "shall I add it?". */
export const productAgreed: Flow = function* (clause, turn) {
  const product = focused(turn.memory)
  if (product === undefined) return yield* add(clause, turn)
  const { question } = turn.memory
  const kept = question?.about === 'product' ? question.quantity : 1
  const count = clause.quantities.quantity ?? kept
  return yield* addOne(product, count, wishesOf(clause, product, turn), turn)
}

/** "2" to "which one do you mean?". */
export const productNumbered: Flow = function* (clause, turn) {
  const { question, shown } = turn.memory
  const { quantity, bare } = clause.quantities
  const product = shown[(quantity ?? bare[0] ?? 0) - 1]
  const size = dictionaryOf(turn.catalog).size(String(quantity ?? bare[0]))
  if (product === undefined && size !== undefined)
    return yield* search(
      { ...clause, quantities: { ...clause.quantities, quantity: undefined, bare: [], size } },
      turn,
    )
  if (product === undefined) return yield* add(clause, turn)
  const count = question?.about === 'product' ? question.quantity : 1
  return yield* addOne(
    product,
    count,
    wishesOf({ ...clause, quantities: { ...clause.quantities, size: undefined } }, product, turn),
    turn,
  )
}

/** "no, the other one", of a list of more than two. */
export const whichOther: Flow = function* (_clause, turn) {
  const { question } = turn.memory
  const quantity = question?.about === 'product' ? question.quantity : 1
  turn.memory = { ...turn.memory, question: { about: 'product', quantity } }
  return { text: `Which of the ${turn.memory.shown.length} do you mean? Name it, or its number in the list.` }
}
