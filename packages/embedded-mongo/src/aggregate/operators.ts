import { accumulatorOperators } from './accumulator-operators.ts'
import { arithmeticOperators } from './arithmetic.ts'
import { arrayOperators } from './arrays.ts'
import { bitOperators } from './bits.ts'
import { comparisonOperators } from './comparisons.ts'
import { conditionOperators } from './conditions.ts'
import { dateArithmeticOperators } from './date-arithmetic.ts'
import { dateConversionOperators } from './date-conversion.ts'
import { datePartOperators } from './date-operators.ts'
import { exponentialOperators } from './exponential.ts'
import { iterationOperators } from './iteration.ts'
import { metadataOperators } from './metadata-operators.ts'
import { objectOperators } from './objects.ts'
import { regexOperators } from './regex-operators.ts'
import { roundingOperators } from './rounding.ts'
import type { OperatorCompiler } from './scope.ts'
import { setOperators } from './sets.ts'
import { sortArrayOperators } from './sort-array.ts'
import { stringOperators } from './strings.ts'
import { textEditingOperators } from './text-editing.ts'
import { trigonometryOperators } from './trigonometry.ts'
import { typeOperators } from './type-operators.ts'

/** Every expression operator that this server knows, by name. */
export const operators: ReadonlyMap<string, OperatorCompiler> = new Map(
  Object.entries({
    ...accumulatorOperators,
    ...arithmeticOperators,
    ...arrayOperators,
    ...bitOperators,
    ...comparisonOperators,
    ...conditionOperators,
    ...dateArithmeticOperators,
    ...dateConversionOperators,
    ...datePartOperators,
    ...exponentialOperators,
    ...iterationOperators,
    ...metadataOperators,
    ...objectOperators,
    ...regexOperators,
    ...roundingOperators,
    ...setOperators,
    ...sortArrayOperators,
    ...stringOperators,
    ...textEditingOperators,
    ...trigonometryOperators,
    ...typeOperators,
  }),
)
