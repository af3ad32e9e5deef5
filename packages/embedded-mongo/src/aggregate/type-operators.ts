import type { Value } from '../bson/document.ts'
import { codeOfTypeName, isKnownTypeCode, isNumber, typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { convertTo } from './conversion.ts'
import { compileNamed, folded, namedArguments, operandsOf, unary } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { describe, isIntegral32, isNullish, toInt64 } from './values.ts'

const CONVERTIBLE = ['double', 'string', 'objectId', 'bool', 'date', 'int', 'long', 'decimal']

/** The name of the type that `to` asks for; `missing` is one, since `$type` may give it. */
function targetType(to: Value): string {
  if (typeof to === 'string') {
    if (to === 'missing' || codeOfTypeName(to) !== undefined) return to
    throw new MongoServerFault('BadValue', `Unknown type name: ${to}`)
  }
  if (!isNumber(to)) {
    throw new MongoServerFault(
      'FailedToParse',
      `$convert's 'to' argument must be a string or number, but is ${typeName(to)}`,
    )
  }
  if (!isIntegral32(to)) {
    throw new MongoServerFault('FailedToParse', "In $convert, numeric 'to' argument is not an integer")
  }
  const code = Number(toInt64(to))
  if (code === 0) return 'missing'
  if (isKnownTypeCode(code))
    return CONVERTIBLE.find((name) => codeOfTypeName(name) === code) ?? `type ${code}`
  throw new MongoServerFault(
    'FailedToParse',
    `In $convert, numeric value for 'to' does not correspond to a BSON type: ${describe(to)}`,
  )
}

const convert: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['input', 'to', 'onError', 'onNull'], {
    notObject: [
      'FailedToParse',
      `$convert expects an object of named arguments but found: ${typeName(argument)}`,
    ],
    unknown: (name) => ['FailedToParse', `$convert found an unknown argument: ${name}`],
    missing: {
      input: ['FailedToParse', "Missing 'input' parameter to $convert"],
      to: ['FailedToParse', "Missing 'to' parameter to $convert"],
    },
  })
  const operands = compileNamed(named, scope)
  const [input, to, onError, onNull] = ['input', 'to', 'onError', 'onNull'].map(
    (name) => operands.get(name)?.evaluate,
  )
  return folded(
    (root) => {
      const wanted = to?.(root)
      const value = input?.(root)
      const target = isNullish(wanted) ? undefined : targetType(wanted)
      if (isNullish(value)) return onNull === undefined ? null : onNull(root)
      if (target === undefined) return null
      try {
        return convertTo(target, value)
      } catch (error) {
        const failed = error instanceof MongoServerFault && error.codeName === 'ConversionFailure'
        if (!failed || onError === undefined) throw error
        return onError(root)
      }
    },
    [...operands.values()],
    scope,
  )
}

/** `$toInt` and its like: `$convert` with neither onError nor onNull. */
function shorthand(name: string, target: string): OperatorCompiler {
  return (argument, scope) => {
    const operands = operandsOf(argument, scope)
    const [operand] = operands
    if (operand === undefined || operands.length !== 1) {
      throw new MongoServerFault(50723, `${name} requires a single argument, got ${operands.length}`)
    }
    return folded(
      (root) => {
        const value = operand.evaluate(root)
        return isNullish(value) ? null : convertTo(target, value)
      },
      operands,
      scope,
    )
  }
}

export const typeOperators: Readonly<Record<string, OperatorCompiler>> = {
  $type: unary('$type', (value) => typeName(value)),
  $isNumber: unary('$isNumber', (value) => isNumber(value)),
  $convert: convert,
  $toString: shorthand('$toString', 'string'),
  $toObjectId: shorthand('$toObjectId', 'objectId'),
  $toDate: shorthand('$toDate', 'date'),
  $toDouble: shorthand('$toDouble', 'double'),
  $toInt: shorthand('$toInt', 'int'),
  $toLong: shorthand('$toLong', 'long'),
  $toDecimal: shorthand('$toDecimal', 'decimal'),
  $toBool: shorthand('$toBool', 'bool'),
}
