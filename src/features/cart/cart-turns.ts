import { createTurns } from '../../platform/turns.ts'

/**
 * Who has waited so long goes ahead: the turns only save conflicts, the condition on the version loses nothing. Short
 * enough that a request is answered in time when those before it wait for a database that is away.
 */
const LONGEST_WAIT_MS = 2000

/**
 * Lets changes of the same users' carts run one after the other within this process, so that a shopper who sends many
 * at once competes with other instances only. Stock turns may be taken within it; it does not nest.
 */
export const inCartTurn = createTurns(LONGEST_WAIT_MS)
