import { MongoServerFault } from '../errors.ts'
import { DAY, dayNumber, dayOfIsoWeek, daysInMonth } from './calendar.ts'
import { MONTHS } from './date-format.ts'
import { fromLocal, type TimeZone } from './timezone.ts'

/** What has been read of a date and time; absent parts were not in the text. */
export interface ReadTime {
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  isoYear?: number
  isoWeek?: number
  isoDay?: number
  hour?: number
  minute?: number
  second?: number
  millisecond?: number
  /** Minutes east of UTC. */
  zone?: number
}

const MONTH =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'
const ABBREVIATIONS: Readonly<Record<string, number>> = {
  z: 0,
  utc: 0,
  gmt: 0,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  cet: 60,
  cest: 120,
  bst: 60,
  eet: 120,
  eest: 180,
}

type Reader = readonly [pattern: RegExp, read: (match: RegExpExecArray, time: ReadTime) => void]

function monthNumber(name: string | undefined): number {
  const short = (name ?? '').slice(0, 3).toLowerCase()
  return MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === short) + 1
}

function fullYear(digits: string | undefined): number {
  const year = Number(digits)
  if (digits?.length !== 2) return year
  return year < 70 ? 2000 + year : 1900 + year
}

function milliseconds(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
}

function setDate(time: ReadTime, year: string | undefined, month: number, day: string | undefined): void {
  if (time.year !== undefined) throw new SyntaxError('Double date specification')
  time.year = fullYear(year)
  time.month = month
  time.day = Number(day ?? '1')
}

function setTime(time: ReadTime, match: RegExpExecArray): void {
  const [, hour, minute, second, fraction, meridian] = match
  if (time.hour !== undefined) throw new SyntaxError('Double time specification')
  time.hour = Number(hour)
  time.minute = Number(minute ?? '0')
  time.second = Number(second ?? '0')
  time.millisecond = milliseconds(fraction)
  if (meridian !== undefined) time.hour = (time.hour % 12) + (/^p/i.test(meridian) ? 12 : 0)
}

function setZone(time: ReadTime, minutes: number): void {
  if (time.zone !== undefined) throw new SyntaxError('Double timezone specification')
  time.zone = minutes
}

function offsetMinutes(
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? '0'))
}

/** The forms of dates and times that are read without a format, in the order in which they are tried. */
const READERS: readonly Reader[] = [
  [/[\s,]+/y, () => undefined],
  [
    /(\d{4})-?W(\d{2})(?:-?([1-7]))?/y,
    (m, time) => {
      time.isoYear = Number(m[1])
      time.isoWeek = Number(m[2])
      time.isoDay = Number(m[3] ?? '1')
    },
  ],
  [/([+-]?\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/y, (m, time) => setDate(time, m[1], Number(m[2]), m[3])],
  [/(\d{4})\/(\d{1,2})\/(\d{1,2})(?!\d)/y, (m, time) => setDate(time, m[1], Number(m[2]), m[3])],
  [
    /(\d{4})-?(\d{3})(?!\d)/y,
    (m, time) => {
      time.year = Number(m[1])
      time.dayOfYear = Number(m[2])
    },
  ],
  [/(\d{4})(\d{2})(\d{2})(?!\d)/y, (m, time) => setDate(time, m[1], Number(m[2]), m[3])],
  [/(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?!\d)/y, (m, time) => setDate(time, m[3], Number(m[1]), m[2])],
  [/(\d{1,2})[-.](\d{1,2})[-.](\d{4})(?!\d)/y, (m, time) => setDate(time, m[3], Number(m[2]), m[1])],
  [
    new RegExp(`(\\d{1,2})(?:st|nd|rd|th)?[ .-]*(${MONTH})[ .,-]*(\\d{4})(?!\\d)`, 'iy'),
    (m, time) => setDate(time, m[3], monthNumber(m[2]), m[1]),
  ],
  [
    new RegExp(`(${MONTH})[ .-]*(\\d{1,2})(?:st|nd|rd|th)?[ .,]+(\\d{4})(?![\\d:])`, 'iy'),
    (m, time) => setDate(time, m[3], monthNumber(m[1]), m[2]),
  ],
  [
    new RegExp(`(\\d{4})-(${MONTH})-(\\d{1,2})`, 'iy'),
    (m, time) => setDate(time, m[1], monthNumber(m[2]), m[3]),
  ],
  [
    new RegExp(`(${MONTH})[ .-]+(\\d{4})(?!\\d)`, 'iy'),
    (m, time) => setDate(time, m[2], monthNumber(m[1]), undefined),
  ],
  [/(\d{4})-(\d{2})(?![\d:])/y, (m, time) => setDate(time, m[1], Number(m[2]), undefined)],
  [/t?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?:\s*([ap]\.?m\.?))?/iy, (m, time) => setTime(time, m)],
  [/t(\d{2})(\d{2})(?:(\d{2})(?:[.,](\d+))?)?(?!\d)/iy, (m, time) => setTime(time, m)],
  [/(\d{1,2})()()()\s*([ap]\.?m\.?)/iy, (m, time) => setTime(time, m)],
  [
    /(?:gmt|utc)?([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)/iy,
    (m, time) => setZone(time, offsetMinutes(m[1], m[2], m[3])),
  ],
  [/(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?(?![a-z])/iy, () => undefined],
  [
    /\(?([a-z]+)\)?(?![a-z/_])/iy,
    (m, time) => {
      const name = (m[1] ?? '').toLowerCase()
      const minutes = Object.hasOwn(ABBREVIATIONS, name) ? ABBREVIATIONS[name] : undefined
      if (minutes === undefined) throw new SyntaxError('The timezone could not be found in the database')
      setZone(time, minutes)
    },
  ],
]

/** Reads a date and time in one of the usual forms. */
function readFreely(text: string): ReadTime {
  const time: ReadTime = {}
  let position = 0
  while (position < text.length) {
    const end = readNext(text, position, time)
    if (end === undefined) throw new SyntaxError(`Unexpected character '${text[position]}'`)
    position = end
  }
  return time
}

function readNext(text: string, position: number, time: ReadTime): number | undefined {
  for (const [pattern, read] of READERS) {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match === null) continue
    read(match, time)
    return pattern.lastIndex
  }
  return undefined
}

const FORMAT_READERS: Readonly<Record<string, Reader>> = {
  Y: [
    /\d{4}/y,
    (m, time) => {
      time.year = Number(m[0])
    },
  ],
  m: [
    /\d{1,2}/y,
    (m, time) => {
      time.month = Number(m[0])
    },
  ],
  d: [
    /\d{1,2}/y,
    (m, time) => {
      time.day = Number(m[0])
    },
  ],
  H: [
    /\d{1,2}/y,
    (m, time) => {
      time.hour = Number(m[0])
    },
  ],
  M: [
    /\d{2}/y,
    (m, time) => {
      time.minute = Number(m[0])
    },
  ],
  S: [
    /\d{2}/y,
    (m, time) => {
      time.second = Number(m[0])
    },
  ],
  L: [
    /\d{1,3}/y,
    (m, time) => {
      time.millisecond = milliseconds(m[0])
    },
  ],
  j: [
    /\d{1,3}/y,
    (m, time) => {
      time.dayOfYear = Number(m[0])
    },
  ],
  G: [
    /\d{4}/y,
    (m, time) => {
      time.isoYear = Number(m[0])
    },
  ],
  V: [
    /\d{1,2}/y,
    (m, time) => {
      time.isoWeek = Number(m[0])
    },
  ],
  u: [
    /[1-7]/y,
    (m, time) => {
      time.isoDay = Number(m[0])
    },
  ],
  b: [
    new RegExp(MONTH, 'iy'),
    (m, time) => {
      time.month = monthNumber(m[0])
    },
  ],
  B: [
    new RegExp(MONTH, 'iy'),
    (m, time) => {
      time.month = monthNumber(m[0])
    },
  ],
  z: [
    /z|(?:gmt|utc)?([+-])(\d{1,2}):?(\d{2})?|gmt|utc/iy,
    (m, time) => {
      time.zone = m[1] === undefined ? 0 : offsetMinutes(m[1], m[2], m[3])
    },
  ],
  Z: [
    /[+-]?\d{1,4}/y,
    (m, time) => {
      time.zone = Number(m[0])
    },
  ],
}

/** Reads a date and time by a format that has been validated. */
function readByFormat(text: string, format: string): ReadTime {
  const time: ReadTime = {}
  let position = 0
  for (let index = 0; index < format.length; index += 1) {
    const specifier = format[index] === '%' ? format[index + 1] : undefined
    const reader = specifier === undefined ? undefined : FORMAT_READERS[specifier]
    if (specifier !== undefined) index += 1
    if (reader === undefined) {
      if (text[position] !== (specifier ?? format[index])) throw new SyntaxError('Format literal not found')
      position += 1
      continue
    }
    const [pattern, read] = reader
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match === null) throw new SyntaxError(`A value for %${specifier} could not be found`)
    read(match, time)
    position = pattern.lastIndex
  }
  if (position < text.length) throw new SyntaxError('Trailing data')
  return time
}

function localDay(time: ReadTime): number | undefined {
  if (time.isoYear !== undefined || time.isoWeek !== undefined || time.isoDay !== undefined) {
    if (time.isoYear === undefined) return undefined
    return dayOfIsoWeek(time.isoYear, time.isoWeek ?? 1, time.isoDay ?? 1)
  }
  const { year, month, day } = time
  if (year !== undefined && time.dayOfYear !== undefined) return dayNumber(year, 1, time.dayOfYear)
  if (year === undefined || month === undefined || day === undefined) return undefined
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new SyntaxError('The parsed date was invalid')
  }
  return dayNumber(year, month, day)
}

/**
 * Reads a date from a text, by a format or in one of the usual forms. Without an offset in the text, the time is of the
 * given zone.
 * @throws MongoServerFault ConversionFailure where the text is no date
 */
export function parseDate(text: string, zone: TimeZone, format?: string): Date {
  try {
    const time = format === undefined ? readFreely(text) : readByFormat(text, format)
    const day = localDay(time)
    const incomplete =
      time.hour === undefined && (time.minute ?? time.second ?? time.millisecond) !== undefined
    if (day === undefined || incomplete || text.trim() === '') {
      throw new MongoServerFault(
        'ConversionFailure',
        `an incomplete date/time string has been found, with elements missing: "${text}"`,
      )
    }
    const { hour = 0, minute = 0, second = 0, millisecond = 0 } = time
    if (hour > 24 || minute > 59 || second > 60) throw new SyntaxError('The parsed time was invalid')
    const local = day * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
    if (time.zone === undefined) return new Date(fromLocal(local, zone))
    if (zone.isUtc) return new Date(local - time.zone * 60_000)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new MongoServerFault(
      'ConversionFailure',
      `Error parsing date string '${text}'; 0: ${error.message}`,
    )
  }
  throw new MongoServerFault(
    'ConversionFailure',
    'you cannot pass in a date/time string with GMT offset together with a timezone argument',
  )
}
