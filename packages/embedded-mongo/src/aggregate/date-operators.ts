import { Int32, Long, ObjectId, Timestamp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { dayOfYear, isoWeek, isoWeekday } from './calendar.ts'
import { weekOfYear } from './date-format.ts'
import { constant, folded, namedArguments, unary } from './operator.ts'
import type { Evaluate, Expression, OperatorCompiler, Scope } from './scope.ts'
import { type LocalTime, type TimeZone, timeZone, toLocal, UTC } from './timezone.ts'
import { describe, isNullish } from './values.ts'

/** A date, or the time that a timestamp or ObjectId carries. */
export function asDate(value: Value | undefined): Date | undefined {
  if (value instanceof Date) return value
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000)
  // the seconds of an ObjectId are signed for MongoDB
  return value instanceof ObjectId ? new Date(Buffer.from(value.id).readInt32BE(0) * 1000) : undefined
}

export function toDate(value: Value | undefined): Date {
  const date = asDate(value)
  if (date !== undefined) return date
  throw new MongoServerFault(16006, `can't convert from BSON type ${typeName(value)} to Date`)
}

/** The zone that an optional `timezone` operand names; none where it is nullish. */
export function zoneOf(operand: Evaluate | undefined, root: Doc): TimeZone | undefined {
  if (operand === undefined) return UTC
  const id = operand(root)
  if (isNullish(id)) return undefined
  if (typeof id === 'string') return timeZone(id)
  throw new MongoServerFault(40517, `timezone must evaluate to a string, found ${typeName(id)}`)
}

interface DateArgument {
  readonly date: Expression
  readonly zone: Expression | undefined
}

function dateArgument(name: string, argument: Value, scope: Scope): DateArgument {
  if (Array.isArray(argument)) {
    const [only] = argument
    if (argument.length !== 1 || only === undefined) {
      throw new MongoServerFault(
        40536,
        `${name} accepts exactly one argument if given an array, but was given ${argument.length}`,
      )
    }
    return { date: scope.compile(only), zone: undefined }
  }
  if (!(argument instanceof Map) || [...argument.keys()][0]?.startsWith('$') === true) {
    return { date: scope.compile(argument), zone: undefined }
  }
  const named = namedArguments(argument, ['date', 'timezone'], {
    notObject: [40535, ''],
    unknown: (unknown) => [40535, `unrecognized option to ${name}: "${unknown}"`],
    missing: { date: [40539, `missing 'date' argument to ${name}, provided: ${describe(argument)}`] },
  })
  const zone = named.get('timezone')
  return {
    date: scope.compile(named.get('date') ?? null),
    zone: zone === undefined ? undefined : scope.compile(zone),
  }
}

/** An operator that takes one part out of a date, in a time zone. */
function part(name: string, take: (time: LocalTime) => Value): OperatorCompiler {
  return (argument, scope) => {
    const { date, zone } = dateArgument(name, argument, scope)
    return folded(
      (root) => {
        const value = date.evaluate(root)
        if (isNullish(value)) return null
        if (zone === undefined) return take(toLocal(toDate(value).getTime(), UTC))
        const id = zone.evaluate(root)
        if (isNullish(id)) return null
        if (typeof id !== 'string') {
          throw new MongoServerFault(
            40533,
            `${name} requires a string for the timezone argument, but was given a ${typeName(id)} (${describe(id)})`,
          )
        }
        return take(toLocal(toDate(value).getTime(), timeZone(id)))
      },
      [date, zone ?? constant(null)],
      scope,
    )
  }
}

const int = (take: (time: LocalTime) => number) => (time: LocalTime) => new Int32(take(time))

function timestampPart(name: string, code: number, take: (value: Timestamp) => number): OperatorCompiler {
  return unary(name, (value) => {
    if (isNullish(value)) return null
    if (value instanceof Timestamp) return Long.fromNumber(take(value))
    throw new MongoServerFault(code, ` Argument to ${name} must be a timestamp, but is ${typeName(value)}`)
  })
}

export const datePartOperators: Readonly<Record<string, OperatorCompiler>> = {
  $year: part(
    '$year',
    int(({ year }) => year),
  ),
  $month: part(
    '$month',
    int(({ month }) => month),
  ),
  $dayOfMonth: part(
    '$dayOfMonth',
    int(({ day }) => day),
  ),
  $hour: part(
    '$hour',
    int(({ hour }) => hour),
  ),
  $minute: part(
    '$minute',
    int(({ minute }) => minute),
  ),
  $second: part(
    '$second',
    int(({ second }) => second),
  ),
  $millisecond: part(
    '$millisecond',
    int(({ millisecond }) => millisecond),
  ),
  $dayOfYear: part(
    '$dayOfYear',
    int(({ dayNumber }) => dayOfYear(dayNumber)),
  ),
  $dayOfWeek: part(
    '$dayOfWeek',
    int(({ dayNumber }) => (isoWeekday(dayNumber) % 7) + 1),
  ),
  $isoDayOfWeek: part(
    '$isoDayOfWeek',
    int(({ dayNumber }) => isoWeekday(dayNumber)),
  ),
  $week: part(
    '$week',
    int(({ dayNumber }) => weekOfYear(dayNumber)),
  ),
  $isoWeek: part(
    '$isoWeek',
    int(({ dayNumber }) => isoWeek(dayNumber).week),
  ),
  $isoWeekYear: part('$isoWeekYear', ({ dayNumber }) => Long.fromNumber(isoWeek(dayNumber).year)),
  $tsSecond: timestampPart('$tsSecond', 5687301, (value) => value.getHighBitsUnsigned()),
  $tsIncrement: timestampPart('$tsIncrement', 5687302, (value) => value.getLowBitsUnsigned()),
}
