import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { DAY, dayNumber, dayOfIsoWeek, isoWeek, isoWeekday } from './calendar.ts'
import { formatDate, ISO_FORMAT, READABLE, validateFormat, WRITABLE } from './date-format.ts'
import { toDate, zoneOf } from './date-operators.ts'
import { parseDate } from './date-parse.ts'
import { compileNamed, folded, namedArguments } from './operator.ts'
import type { Evaluate, Expression, OperatorCompiler } from './scope.ts'
import { fromLocal, type TimeZone, toLocal } from './timezone.ts'
import { asInt64, dateAt, describe, isNullish } from './values.ts'

type Operands = ReadonlyMap<string, Expression>

const evaluator = (operands: Operands, name: string): Evaluate | undefined => operands.get(name)?.evaluate

/** The format that an operand gives; checked before anything else is looked at. */
function formatOf(
  operand: Evaluate | undefined,
  root: Doc,
  name: string,
  code: number,
  allowed: string,
): string | null | undefined {
  if (operand === undefined) return undefined
  const format = operand(root)
  if (isNullish(format)) return null
  if (typeof format !== 'string') {
    throw new MongoServerFault(
      code,
      `${name} requires that 'format' be a string, found: ${typeName(format)} with value ${describe(format)}`,
    )
  }
  validateFormat(format, allowed)
  return format
}

const dateToString: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['format', 'date', 'timezone', 'onNull'], {
    notObject: [18629, '$dateToString only supports an object as its argument'],
    unknown: (name) => [18534, `Unrecognized argument to $dateToString: ${name}`],
    missing: { date: [18628, "Missing 'date' parameter to $dateToString"] },
  })
  const operands = compileNamed(named, scope)
  const [format, zone, onNull] = ['format', 'timezone', 'onNull'].map((name) => evaluator(operands, name))
  return folded(
    (root) => {
      const value = evaluator(operands, 'date')?.(root)
      const pattern = formatOf(format, root, '$dateToString', 18533, WRITABLE)
      const timezone = zoneOf(zone, root)
      if (isNullish(value)) return onNull === undefined ? null : onNull(root)
      if (timezone === undefined || pattern === null) return null
      return formatDate(toDate(value), pattern ?? isoFormat(timezone), timezone)
    },
    [...operands.values()],
    scope,
  )
}

/** Only UTC is marked as such. */
function isoFormat({ isUtc }: TimeZone): string {
  return isUtc ? ISO_FORMAT : ISO_FORMAT.slice(0, -1)
}

const dateFromString: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['format', 'dateString', 'timezone', 'onNull', 'onError'], {
    notObject: [
      40540,
      `$dateFromString only supports an object as an argument, found: ${typeName(argument)}`,
    ],
    unknown: (name) => [40541, `Unrecognized argument to $dateFromString: ${name}`],
    missing: { dateString: [40542, "Missing 'dateString' parameter to $dateFromString"] },
  })
  const operands = compileNamed(named, scope)
  const [format, zone, onNull, onError] = ['format', 'timezone', 'onNull', 'onError'].map((name) =>
    evaluator(operands, name),
  )
  return folded(
    (root) => {
      const text = evaluator(operands, 'dateString')?.(root)
      const pattern = formatOf(format, root, '$dateFromString', 40684, READABLE)
      const timezone = zoneOf(zone, root)
      if (isNullish(text)) return onNull === undefined ? null : onNull(root)
      try {
        if (typeof text !== 'string') {
          throw new MongoServerFault(
            'ConversionFailure',
            `$dateFromString requires that 'dateString' be a string, found: ${typeName(text)} with value ${describe(text)}`,
          )
        }
        if (timezone === undefined || pattern === null) return null
        return parseDate(text, timezone, pattern)
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

const FIELDS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond'] as const
const ISO_FIELDS = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'] as const
const BOUNDED = new Set<string>(['month', 'day', 'hour', 'minute', 'isoWeek', 'isoDayOfWeek'])

function datePart(operands: Operands, name: string, absent: number, root: Doc): number | null {
  const operand = operands.get(name)
  if (operand === undefined) return absent
  const value = operand.evaluate(root)
  if (isNullish(value)) return null
  const whole = asInt64(value)
  if (whole === undefined) {
    throw new MongoServerFault(
      40515,
      `'${name}' must evaluate to an integer, found ${typeName(value)} with value ${describe(value)}`,
    )
  }
  const number = Number(whole)
  if (BOUNDED.has(name) && (number < -32768 || number > 32767)) {
    throw new MongoServerFault(
      31034,
      `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${number} is not in range`,
    )
  }
  return number
}

const dateFromParts: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, [...FIELDS, ...ISO_FIELDS, 'timezone'], {
    notObject: [40519, '$dateFromParts only supports an object as its argument'],
    unknown: (name) => [40518, `Unrecognized argument to $dateFromParts: ${name}`],
  })
  checkParts(named)
  const operands = compileNamed(named, scope)
  const zone = evaluator(operands, 'timezone')
  const isIso = named.has('isoWeekYear')
  const dayFields = isIso ? ISO_FIELDS : (['year', 'month', 'day'] as const)
  return folded(
    (root) => {
      const time = ['hour', 'minute', 'second', 'millisecond'].map((name) =>
        datePart(operands, name, 0, root),
      )
      const timezone = zoneOf(zone, root)
      const date = dayFields.map((name) => datePart(operands, name, 1, root))
      const [hour, minute, second, millisecond] = time
      const [year, middle, last] = date
      if ([...time, ...date].includes(null) || timezone === undefined) return null
      if ((year ?? 0) < 1 || (year ?? 0) > 9999) {
        const code = isIso ? 31095 : 40523
        throw new MongoServerFault(
          code,
          `'${dayFields[0]}' must evaluate to an integer in the range 1 to 9999, found ${year}`,
        )
      }
      const day = (isIso ? dayOfIsoWeek : dayNumber)(year ?? 1, middle ?? 1, last ?? 1)
      const seconds = ((hour ?? 0) * 60 + (minute ?? 0)) * 60 + (second ?? 0)
      return dateAt(fromLocal(day * DAY + seconds * 1000 + (millisecond ?? 0), timezone))
    },
    [...operands.values()],
    scope,
  )
}

function checkParts(named: Doc): void {
  const has = (name: string): boolean => named.has(name)
  if (!has('year') && !has('isoWeekYear')) {
    throw new MongoServerFault(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present")
  }
  if (has('year') && ISO_FIELDS.some(has)) {
    throw new MongoServerFault(40489, '$dateFromParts does not allow mixing natural dates with ISO dates')
  }
  if (has('isoWeekYear') && (has('month') || has('day'))) {
    throw new MongoServerFault(40525, '$dateFromParts does not allow mixing ISO dates with natural dates')
  }
}

const dateToParts: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['date', 'timezone', 'iso8601'], {
    notObject: [40524, '$dateToParts only supports an object as its argument'],
    unknown: (name) => [40520, `Unrecognized argument to $dateToParts: ${name}`],
    missing: { date: [40522, "Missing 'date' parameter to $dateToParts"] },
  })
  const operands = compileNamed(named, scope)
  const [zone, iso] = ['timezone', 'iso8601'].map((name) => evaluator(operands, name))
  return folded(
    (root) => {
      const value = evaluator(operands, 'date')?.(root)
      const timezone = zoneOf(zone, root)
      if (timezone === undefined) return null
      const isIso = iso === undefined ? false : iso(root)
      if (isNullish(isIso)) return null
      if (typeof isIso !== 'boolean') {
        throw new MongoServerFault(40521, `iso8601 must evaluate to a bool, found ${typeName(isIso)}`)
      }
      if (isNullish(value)) return null
      const local = toLocal(toDate(value).getTime(), timezone)
      const { year, week } = isoWeek(local.dayNumber)
      const day = isIso
        ? { isoWeekYear: year, isoWeek: week, isoDayOfWeek: isoWeekday(local.dayNumber) }
        : { year: local.year, month: local.month, day: local.day }
      const { hour, minute, second, millisecond } = local
      const parts: Value = new Map(
        Object.entries({ ...day, hour, minute, second, millisecond }).map(([name, number]) => [
          name,
          new Int32(number),
        ]),
      )
      return parts
    },
    [...operands.values()],
    scope,
  )
}

export const dateConversionOperators: Readonly<Record<string, OperatorCompiler>> = {
  $dateToString: dateToString,
  $dateFromString: dateFromString,
  $dateFromParts: dateFromParts,
  $dateToParts: dateToParts,
}
