import { MongoServerFault } from '../errors.ts'
import { dayOfYear, isoWeek, isoWeekday } from './calendar.ts'
import { type LocalTime, type TimeZone, toLocal, UTC } from './timezone.ts'

export const ISO_FORMAT = '%Y-%m-%dT%H:%M:%S.%LZ'

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** The week of the year from 0, weeks beginning on Sundays. */
export function weekOfYear(dayNumber: number): number {
  const weekday = (isoWeekday(dayNumber) % 7) + 1
  return Math.trunc((dayOfYear(dayNumber) - weekday + 7) / 7)
}

function padded(value: number, width: number): string {
  if (value < 0 || value > 9999) {
    throw new MongoServerFault(
      18537,
      `Could not convert date to string: date component was outside the supported range of 0-9999: ${value}`,
    )
  }
  return String(value).padStart(width, '0')
}

function utcOffset(offset: number): string {
  const minutes = Math.abs(Math.trunc(offset / 60_000))
  return `${offset < 0 ? '-' : '+'}${padded(Math.trunc(minutes / 60), 2)}${padded(minutes % 60, 2)}`
}

const SPECIFIERS: Readonly<Record<string, (time: LocalTime) => string>> = {
  '%': () => '%',
  Y: (time) => padded(time.year, 4),
  m: (time) => padded(time.month, 2),
  d: (time) => padded(time.day, 2),
  H: (time) => padded(time.hour, 2),
  M: (time) => padded(time.minute, 2),
  S: (time) => padded(time.second, 2),
  L: (time) => padded(time.millisecond, 3),
  j: (time) => padded(dayOfYear(time.dayNumber), 3),
  w: (time) => String((isoWeekday(time.dayNumber) % 7) + 1),
  u: (time) => String(isoWeekday(time.dayNumber)),
  U: (time) => padded(weekOfYear(time.dayNumber), 2),
  G: (time) => padded(isoWeek(time.dayNumber).year, 4),
  V: (time) => padded(isoWeek(time.dayNumber).week, 2),
  z: (time) => utcOffset(time.offset),
  Z: (time) => String(Math.trunc(time.offset / 60_000)),
  b: (time) => (MONTHS[time.month - 1] ?? '').slice(0, 3),
  B: (time) => MONTHS[time.month - 1] ?? '',
}

/** Refuses a format that has an unknown specifier, or ends in the middle of one. */
export function validateFormat(format: string, allowed: string): void {
  for (let index = format.indexOf('%'); index >= 0; index = format.indexOf('%', index + 2)) {
    const specifier = format[index + 1]
    if (specifier === undefined) throw new MongoServerFault(18535, "Unmatched '%' at end of format string")
    if (specifier !== '%' && !allowed.includes(specifier)) {
      throw new MongoServerFault(18536, `Invalid format character '%${specifier}' in format string`)
    }
  }
}

export const WRITABLE = 'bBdGHjLmMSwuUVYzZ'
export const READABLE = 'bBdGHjLmMSuVYzZ'

/** Writes a date by a format that has been validated. */
export function formatDate(date: Date, format: string, zone: TimeZone): string {
  const time = toLocal(date.getTime(), zone)
  return format.replace(/%(.)/g, (whole, specifier: string) => SPECIFIERS[specifier]?.(time) ?? whole)
}

export function formatIsoDate(date: Date): string {
  return formatDate(date, ISO_FORMAT, UTC)
}
