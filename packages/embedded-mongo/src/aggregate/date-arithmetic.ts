import { Long } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { asDate, zoneOf } from './date-operators.ts'
import {
  addUnits,
  isTimeUnit,
  type TimeUnit,
  truncateDate,
  unitsBetween,
  weekdayNumber,
} from './date-units.ts'
import { compileNamed, folded, namedArguments } from './operator.ts'
import type { Expression, OperatorCompiler } from './scope.ts'
import { asInt64, describe, isNullish } from './values.ts'

const SUNDAY = 7
const INT64_MIN = -(2n ** 63n)

function shifting(name: string, sign: 1n | -1n): OperatorCompiler {
  return (argument, scope) => {
    const incomplete = [5166402, `${name} requires startDate, unit, and amount to be present`] as const
    const named = namedArguments(argument, ['startDate', 'unit', 'amount', 'timezone'], {
      notObject: [5166400, `${name} expects an object as its argument`],
      unknown: (unknown) => [
        5166401,
        `Unrecognized argument to ${name}: ${unknown}. Expected arguments are startDate, unit, amount, and optionally timezone.`,
      ],
      missing: { startDate: incomplete, unit: incomplete, amount: incomplete },
    })
    const operands = compileNamed(named, scope)
    return folded(
      (root) => {
        const [start, unit, amount] = ['startDate', 'unit', 'amount'].map((key) =>
          operands.get(key)?.evaluate(root),
        )
        if (isNullish(start) || isNullish(unit) || isNullish(amount)) return null
        const zone = zoneOf(operands.get('timezone')?.evaluate, root)
        if (zone === undefined) return null
        const date = asDate(start)
        if (date === undefined)
          throw new MongoServerFault(5166403, `${name} requires startDate to be convertible to a date`)
        if (typeof unit !== 'string')
          throw new MongoServerFault(5166404, `${name} expects string defining the time unit`)
        if (!isTimeUnit(unit)) throw new MongoServerFault('FailedToParse', `unknown time unit value: ${unit}`)
        const whole = asInt64(amount)
        if (whole === undefined)
          throw new MongoServerFault(5166405, `${name} expects integer amount of time units`)
        if (sign < 0n && whole === INT64_MIN) {
          throw new MongoServerFault(6045000, `invalid $dateSubtract 'amount' parameter value: ${whole}`)
        }
        return addUnits(date, unit, Number(whole * sign), zone)
      },
      [...operands.values()],
      scope,
    )
  }
}

function unitOf(name: string, value: Value): TimeUnit {
  if (typeof value !== 'string') {
    throw new MongoServerFault(5439013, `${name} requires 'unit' to be a string, but got ${typeName(value)}`)
  }
  if (isTimeUnit(value)) return value
  throw new MongoServerFault(
    'FailedToParse',
    `${name} parameter 'unit' value parsing failed :: caused by :: unknown time unit value: ${value}`,
  )
}

function startOfWeekOf(name: string, value: Value): number {
  if (typeof value !== 'string') {
    throw new MongoServerFault(
      5439015,
      `${name} requires 'startOfWeek' to be a string, but got ${typeName(value)}`,
    )
  }
  const weekday = weekdayNumber(value)
  if (weekday !== undefined) return weekday
  throw new MongoServerFault(
    5439016,
    `${name} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${value}`,
  )
}

type Operands = ReadonlyMap<string, Expression>

/** `startOfWeek` counts for weeks only; undefined where it is nullish. */
function weekStart(operands: Operands, unit: Value, root: Doc): Value | undefined {
  const operand = operands.get('startOfWeek')
  return operand === undefined || unit !== 'week' ? 'sunday' : operand.evaluate(root)
}

const dateDiff: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['startDate', 'endDate', 'unit', 'timezone', 'startOfWeek'], {
    notObject: [5166301, '$dateDiff only supports an object as its argument'],
    unknown: (name) => [5166302, `Unrecognized argument to $dateDiff: ${name}`],
    missing: {
      startDate: [5166303, "Missing 'startDate' parameter to $dateDiff"],
      endDate: [5166304, "Missing 'endDate' parameter to $dateDiff"],
      unit: [5166305, "Missing 'unit' parameter to $dateDiff"],
    },
  })
  const operands = compileNamed(named, scope)
  return folded(
    (root) => {
      const [start, end, unit] = ['startDate', 'endDate', 'unit'].map((name) =>
        operands.get(name)?.evaluate(root),
      )
      if (isNullish(start) || isNullish(end) || isNullish(unit)) return null
      const week = weekStart(operands, unit, root)
      if (isNullish(week)) return null
      const zone = zoneOf(operands.get('timezone')?.evaluate, root)
      if (zone === undefined) return null
      const [from, to] = [dateOf('startDate', start), dateOf('endDate', end)]
      const timeUnit = unitOf('$dateDiff', unit)
      const weekday = timeUnit === 'week' ? startOfWeekOf('$dateDiff', week) : SUNDAY
      return Long.fromNumber(unitsBetween(from, to, timeUnit, zone, weekday))
    },
    [...operands.values()],
    scope,
  )
}

function dateOf(name: string, value: Value): Date {
  const date = asDate(value)
  if (date !== undefined) return date
  throw new MongoServerFault(5166307, `$dateDiff requires '${name}' to be a date, but got ${typeName(value)}`)
}

const dateTrunc: OperatorCompiler = (argument, scope) => {
  const named = namedArguments(argument, ['date', 'unit', 'binSize', 'timezone', 'startOfWeek'], {
    notObject: [5439007, '$dateTrunc only supports an object as its argument'],
    unknown: (name) => [
      5439008,
      `Unrecognized argument to $dateTrunc: ${name}. Expected arguments are date, unit, and optionally, binSize, timezone, startOfWeek`,
    ],
    missing: {
      date: [5439009, "Missing 'date' parameter to $dateTrunc"],
      unit: [5439010, "Missing 'unit' parameter to $dateTrunc"],
    },
  })
  const operands = compileNamed(named, scope)
  return folded(
    (root) => {
      const [value, unit] = ['date', 'unit'].map((name) => operands.get(name)?.evaluate(root))
      if (isNullish(value) || isNullish(unit)) return null
      const size = operands.get('binSize')?.evaluate(root)
      if (operands.has('binSize') && isNullish(size)) return null
      const week = weekStart(operands, unit, root)
      if (isNullish(week)) return null
      const zone = zoneOf(operands.get('timezone')?.evaluate, root)
      if (zone === undefined) return null
      const date = asDate(value)
      if (date === undefined) {
        throw new MongoServerFault(
          5166307,
          `$dateTrunc requires 'date' to be a date, but got ${typeName(value)}`,
        )
      }
      const timeUnit = unitOf('$dateTrunc', unit)
      const bins = isNullish(size) ? 1 : binSize(size)
      return truncateDate(
        date,
        timeUnit,
        bins,
        zone,
        timeUnit === 'week' ? startOfWeekOf('$dateTrunc', week) : SUNDAY,
      )
    },
    [...operands.values()],
    scope,
  )
}

function binSize(value: Value): number {
  const size = asInt64(value)
  if (size === undefined) {
    throw new MongoServerFault(
      5439017,
      `$dateTrunc requires 'binSize' to be a 64-bit integer, but got value '${describe(value)}' of type ${typeName(value)}`,
    )
  }
  if (size > 0n) return Number(size)
  throw new MongoServerFault(
    5439018,
    `$dateTrunc requires 'binSize' to be greater than 0, but got value ${size}`,
  )
}

export const dateArithmeticOperators: Readonly<Record<string, OperatorCompiler>> = {
  $dateAdd: shifting('$dateAdd', 1n),
  $dateSubtract: shifting('$dateSubtract', -1n),
  $dateDiff: dateDiff,
  $dateTrunc: dateTrunc,
}
