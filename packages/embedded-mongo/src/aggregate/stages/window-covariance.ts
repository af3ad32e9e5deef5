import { Decimal128, Double, Int32 } from 'bson'
import { add, divide, multiply, subtract, toDouble } from '../../bson/numbers.ts'
import { isNumber, type NumberValue } from '../../bson/types.ts'
import { compileBounds, type FunctionContext, type WindowFunction } from './window-bounds.ts'

const NONE = new Int32(0)

/** `$covariancePop` and `$covarianceSamp`, over pairs of numbers. */
export function covariance({ name, argument, window, sort, scope }: FunctionContext): WindowFunction {
  const bounds = compileBounds(window, sort, scope)
  const evaluate = scope.compile(argument).evaluate
  const isSample = name === '$covarianceSamp'
  return (partition) => {
    const pairs = partition.docs.map((doc) => evaluate(doc))
    return bounds(partition).map(({ start, end }) => {
      const numbers = pairs.slice(start, end).flatMap((pair): NumberPair[] => {
        const [x, y] = Array.isArray(pair) && pair.length === 2 ? pair : []
        return isNumber(x) && isNumber(y) ? [[x, y]] : []
      })
      const divisor = isSample ? numbers.length - 1 : numbers.length
      if (divisor <= 0) return null
      const isDecimal = numbers.flat().some((number) => number instanceof Decimal128)
      return isDecimal
        ? divide(commonDeviation(numbers), new Int32(divisor))
        : new Double(commonDeviationOfDoubles(numbers) / divisor)
    })
  }
}

type NumberPair = readonly [NumberValue, NumberValue]

function commonDeviationOfDoubles(pairs: readonly NumberPair[]): number {
  let [meanX, meanY, sum] = [0, 0, 0]
  for (const [index, [x, y]] of pairs.entries()) {
    const deltaX = toDouble(x) - meanX
    meanX += deltaX / (index + 1)
    meanY += (toDouble(y) - meanY) / (index + 1)
    sum += deltaX * (toDouble(y) - meanY)
  }
  return sum
}

/** The same with all the digits of decimals. */
function commonDeviation(pairs: readonly NumberPair[]): NumberValue {
  let meanX: NumberValue = NONE
  let sumX: NumberValue = NONE
  let sumY: NumberValue = NONE
  let sum: NumberValue = NONE
  for (const [index, [x, y]] of pairs.entries()) {
    const count = new Int32(index + 1)
    const deltaX = subtract(x, meanX)
    sumX = add(sumX, x)
    sumY = add(sumY, y)
    meanX = divide(sumX, count)
    sum = add(sum, multiply(deltaX, subtract(y, divide(sumY, count))))
  }
  return sum
}
