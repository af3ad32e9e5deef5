import { MongoServerFault } from '../errors.ts'
import { type CalendarDate, DAY, dateOfDay, dayNumber } from './calendar.ts'

/** A time zone: UTC, a fixed offset, or a zone of the IANA database. */
export interface TimeZone {
  readonly isUtc: boolean
  /** Milliseconds that local time is ahead of UTC at an instant. */
  offsetAt(instant: number): number
}

export interface LocalTime extends CalendarDate {
  /** Days since 1970-01-01, local. */
  readonly dayNumber: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  readonly offset: number
}

export const UTC: TimeZone = { isUtc: true, offsetAt: () => 0 }

const QUARTER_HOUR = 900_000
const MAX_REMEMBERED = 10_000
const zones = new Map<string, TimeZone>([['UTC', UTC]])

/** The zone of a name or of an offset such as `+05:30`. */
export function timeZone(id: string): TimeZone {
  const known = zones.get(id)
  if (known !== undefined) return known
  const zone = fixedZone(id) ?? namedZone(id)
  if (zones.size < MAX_REMEMBERED) zones.set(id, zone)
  return zone
}

function fixedZone(id: string): TimeZone | undefined {
  const match = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(id)
  if (match === null) return undefined
  const [, sign, hours, minutes = '0'] = match
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1)
  return { isUtc: offset === 0, offsetAt: () => offset }
}

function namedZone(id: string): TimeZone {
  const format = formatterOf(id)
  const remembered = new Map<number, number>()
  const compute = (instant: number): number => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    const local = dayNumber(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000
    return local - Math.floor(instant / 1000) * 1000
  }
  return {
    isUtc: false,
    offsetAt(instant) {
      // since 1972 zones have changed their offsets at whole quarters of an hour only
      if (instant < 2 * 365 * DAY) return compute(instant)
      const quarter = Math.floor(instant / QUARTER_HOUR)
      let offset = remembered.get(quarter)
      if (offset === undefined) {
        offset = compute(instant)
        if (remembered.size >= MAX_REMEMBERED) remembered.clear()
        remembered.set(quarter, offset)
      }
      return offset
    },
  }
}

function formatterOf(id: string): Intl.DateTimeFormat {
  try {
    if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(id) || (id.includes('/') && !/[a-z]/.test(id)))
      throw new RangeError(id)
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: id,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const { timeZone: name } = format.resolvedOptions()
    // names are told apart by case, which JavaScript overlooks
    if (name !== id && name.toLowerCase() === id.toLowerCase()) throw new RangeError(id)
    return format
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new MongoServerFault(40485, `unrecognized time zone identifier: "${id}"`)
  }
}

/** An instant as the clocks of a zone show it. */
export function toLocal(instant: number, zone: TimeZone): LocalTime {
  const offset = zone.offsetAt(instant)
  const local = instant + offset
  const number = Math.floor(local / DAY)
  const rest = local - number * DAY
  return {
    ...dateOfDay(number),
    dayNumber: number,
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: Math.floor(rest / 1000) % 60,
    millisecond: rest % 1000,
    offset,
  }
}

/**
 * The instant at which a zone's clocks show a local time, given as if it were UTC. A time that the clocks skip counts
 * from before they change, one that they show twice is the first.
 */
export function fromLocal(local: number, zone: TimeZone): number {
  const before = zone.offsetAt(local - DAY)
  if (zone.offsetAt(local - before) === before) return local - before
  const after = zone.offsetAt(local + DAY)
  return zone.offsetAt(local - after) === after ? local - after : local - before
}
