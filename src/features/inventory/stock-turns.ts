import { createTurns } from '../../platform/turns.ts'

/** Who has waited so long goes ahead: the turns only save conflicts, the transactions themselves keep the books right. */
const LONGEST_WAIT_MS = 1000

/**
 * Lets transactions that change the stock of the same products, by their ids, run one after the other within this
 * process, since of several at once all but one would be in conflict and have to start again. Put it around the
 * transaction, not into it; it does not nest.
 */
export const inStockTurn = createTurns(LONGEST_WAIT_MS)
