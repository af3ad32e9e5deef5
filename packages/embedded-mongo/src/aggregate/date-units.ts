import { MongoServerFault } from '../errors.ts'
import { DAY, dayNumber, daysInMonth, isoWeekday } from './calendar.ts'
import { fromLocal, type LocalTime, type TimeZone, toLocal } from './timezone.ts'

export const TIME_UNITS = [
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

/** The lengths of the units that are the same everywhere. */
const LENGTHS: Readonly<Partial<Record<TimeUnit, number>>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

const MONTHS_IN: Readonly<Partial<Record<TimeUnit, number>>> = { year: 12, quarter: 3, month: 1 }

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

export function isTimeUnit(name: string): name is TimeUnit {
  return TIME_UNITS.some((unit) => unit === name)
}

/** From 1 for Monday; a full or three-letter English name in any case. */
export function weekdayNumber(name: string): number | undefined {
  const lower = name.toLowerCase()
  const index = WEEKDAYS.findIndex((day) => day === lower || day.slice(0, 3) === lower)
  return index < 0 ? undefined : index + 1
}

const MAX_DAYS = 213_503_982_335
const MOST: Readonly<Record<TimeUnit, number>> = {
  year: MAX_DAYS / 365 + 1,
  quarter: (MAX_DAYS / 365 + 1) * 4,
  month: (MAX_DAYS / 365 + 1) * 12,
  week: MAX_DAYS / 7,
  day: MAX_DAYS,
  hour: MAX_DAYS * 24,
  minute: MAX_DAYS * 1440,
  second: MAX_DAYS * 86_400,
  millisecond: Number.POSITIVE_INFINITY,
}

/** The date some units later; units of a day and more keep the time of day that the zone's clocks show. */
export function addUnits(date: Date, unit: TimeUnit, amount: number, zone: TimeZone): Date {
  if (Math.abs(amount) >= MOST[unit]) {
    throw new MongoServerFault(5976500, `invalid dateAdd 'amount' parameter value: ${amount} ${unit}`)
  }
  const length = LENGTHS[unit]
  const result = new Date(
    length === undefined
      ? addCalendarUnits(date.getTime(), unit, amount, zone)
      : date.getTime() + amount * length,
  )
  if (Number.isNaN(result.getTime())) throw new MongoServerFault(5166406, 'dateAdd overflowed')
  return result
}

function addCalendarUnits(instant: number, unit: TimeUnit, amount: number, zone: TimeZone): number {
  const local = toLocal(instant, zone)
  const months = MONTHS_IN[unit]
  if (months === undefined) {
    return fromLocal(instant + local.offset + amount * (unit === 'week' ? 7 : 1) * DAY, zone)
  }
  const total = local.year * 12 + local.month - 1 + amount * months
  const year = Math.floor(total / 12)
  const month = total - year * 12 + 1
  const day = dayNumber(year, month, Math.min(local.day, daysInMonth(year, month)))
  return fromLocal(instant + local.offset + (day - local.dayNumber) * DAY, zone)
}

function weekIndex(number: number, startOfWeek: number): number {
  return (isoWeekday(number) - startOfWeek + 7) % 7
}

const quarterOf = (month: number): number => Math.floor((month - 1) / 3)

/** How many boundaries of a unit lie between two dates, as the zone's clocks show them. */
export function unitsBetween(
  start: Date,
  end: Date,
  unit: TimeUnit,
  zone: TimeZone,
  startOfWeek: number,
): number {
  if (unit === 'millisecond') return end.getTime() - start.getTime()
  const from = toLocal(start.getTime(), zone)
  const to = toLocal(end.getTime(), zone)
  const length = LENGTHS[unit]
  if (length === undefined) return calendarUnitsBetween(from, to, unit, startOfWeek)
  const index = (time: LocalTime, date: Date): number => Math.floor((date.getTime() + time.offset) / length)
  return index(to, end) - index(from, start) + Math.trunc((from.offset - to.offset) / length)
}

type LocalDay = Pick<LocalTime, 'year' | 'month' | 'dayNumber'>

function calendarUnitsBetween(from: LocalDay, to: LocalDay, unit: TimeUnit, startOfWeek: number): number {
  const years = to.year - from.year
  const days = to.dayNumber - from.dayNumber
  switch (unit) {
    case 'year':
      return years
    case 'quarter':
      return quarterOf(to.month) - quarterOf(from.month) + years * 4
    case 'month':
      return to.month - from.month + years * 12
    case 'week':
      return Math.trunc(
        (days + weekIndex(from.dayNumber, startOfWeek) - weekIndex(to.dayNumber, startOfWeek)) / 7,
      )
    default:
      return days
  }
}

const REFERENCE_DAY = dayNumber(2000, 1, 1)

function floorTo(value: number, size: number): number {
  return Math.floor(value / size) * size
}

/** The start of the bin of `size` units that a date lies in; bins count from the year 2000. */
export function truncateDate(
  date: Date,
  unit: TimeUnit,
  size: number,
  zone: TimeZone,
  startOfWeek: number,
): Date {
  const adjustment = unit === 'week' ? (7 - weekIndex(REFERENCE_DAY, startOfWeek)) % 7 : 0
  const referenceDay = REFERENCE_DAY + adjustment
  const reference = fromLocal(referenceDay * DAY, zone)
  const length = LENGTHS[unit]
  if (length !== undefined) {
    if (length * size > 2 ** 63) throw new MongoServerFault(5439002, 'dateTrunc overflowed')
    return new Date(reference + floorTo(date.getTime() - reference, length * size))
  }
  if (size > 100_000_000_000) throw new MongoServerFault(5439006, 'dateTrunc unsupported binSize value')
  const local = toLocal(date.getTime(), zone)
  const distance = calendarUnitsBetween(
    { year: 2000, month: 1, dayNumber: referenceDay },
    local,
    unit,
    startOfWeek,
  )
  return addUnits(new Date(reference), unit, floorTo(distance, size), zone)
}
