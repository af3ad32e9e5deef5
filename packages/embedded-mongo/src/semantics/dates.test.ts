import { Long } from 'mongodb'
import { MISSING, refused, theme } from './case-table.ts'

const WHEN = new Date('2024-02-29T13:45:06.789Z')
const long = (value: number) => Long.fromNumber(value)
const at = (text: string) => new Date(text)

theme('parts of dates', ({ expression }) => {
  expression('$year', { $year: WHEN }, 2024)
  expression('$month', { $month: WHEN }, 2)
  expression('$dayOfMonth', { $dayOfMonth: WHEN }, 29)
  expression('$dayOfWeek counts from Sunday', { $dayOfWeek: WHEN }, 5)
  expression('$dayOfYear', { $dayOfYear: WHEN }, 60)
  expression('$week', { $week: WHEN }, 8)
  expression('$isoWeek', { $isoWeek: WHEN }, 9)
  expression('$isoWeekYear', { $isoWeekYear: at('2021-01-01T00:00:00Z') }, long(2020))
  expression('$isoDayOfWeek', { $isoDayOfWeek: WHEN }, 4)
  expression('$hour', { $hour: WHEN }, 13)
  expression('$hour in a time zone', { $hour: { date: WHEN, timezone: 'America/New_York' } }, 8)
  expression('$hour with an offset', { $hour: { date: WHEN, timezone: '+05:30' } }, 19)
  expression('$minute', { $minute: WHEN }, 45)
  expression('$second', { $second: WHEN }, 6)
  expression('$millisecond', { $millisecond: WHEN }, 789)
  expression('$year of null', { $year: null }, null)
  expression('$year of a missing field', { $year: '$x' }, null)
  expression('$year of a string', { $year: '2020' }, refused(16006))
  expression('an unknown time zone', { $hour: { date: WHEN, timezone: 'Mars/Base' } }, refused(40485))
  expression(
    '$dateToParts',
    { $dateToParts: { date: WHEN } },
    { year: 2024, month: 2, day: 29, hour: 13, minute: 45, second: 6, millisecond: 789 },
  )
  expression(
    '$dateToParts by ISO weeks',
    { $dateToParts: { date: WHEN, iso8601: true } },
    { isoWeekYear: 2024, isoWeek: 9, isoDayOfWeek: 4, hour: 13, minute: 45, second: 6, millisecond: 789 },
  )
  expression(
    '$dateFromParts',
    { $dateFromParts: { year: 2024, month: 2, day: 29 } },
    at('2024-02-29T00:00:00Z'),
  )
  expression(
    '$dateFromParts carries over',
    { $dateFromParts: { year: 2024, month: 14, day: 1 } },
    at('2025-02-01T00:00:00Z'),
  )
  expression(
    '$dateFromParts in a time zone',
    { $dateFromParts: { year: 2024, hour: 12, timezone: 'Asia/Kolkata' } },
    at('2024-01-01T06:30:00Z'),
  )
  expression('$dateFromParts without a year', { $dateFromParts: { month: 1 } }, refused(40516))
})

theme('dates and text', ({ expression }) => {
  expression('$dateToString', { $dateToString: { date: WHEN } }, '2024-02-29T13:45:06.789Z')
  expression(
    '$dateToString with a format',
    { $dateToString: { date: WHEN, format: '%Y-%m-%d %H:%M:%S:%L %j %u %w %U %V %G %%' } },
    '2024-02-29 13:45:06:789 060 4 5 08 09 2024 %',
  )
  expression(
    '$dateToString with names of months',
    { $dateToString: { date: WHEN, format: '%d %b %B' } },
    '29 Feb February',
  )
  expression(
    '$dateToString with a zone',
    { $dateToString: { date: WHEN, format: '%H:%M %z %Z', timezone: 'America/New_York' } },
    '08:45 -0500 -300',
  )
  expression('$dateToString of null', { $dateToString: { date: null, onNull: 'none' } }, 'none')
  expression('$dateToString of a bad format', { $dateToString: { date: WHEN, format: '%q' } }, refused(18536))
  expression('$dateFromString', { $dateFromString: { dateString: '2024-02-29' } }, at('2024-02-29T00:00:00Z'))
  expression(
    '$dateFromString with a format',
    { $dateFromString: { dateString: '29/02/2024', format: '%d/%m/%Y' } },
    at('2024-02-29T00:00:00Z'),
  )
  expression(
    '$dateFromString in a zone',
    { $dateFromString: { dateString: '2024-02-29T12:00:00', timezone: '+02:00' } },
    at('2024-02-29T10:00:00Z'),
  )
  expression('$dateFromString onError', { $dateFromString: { dateString: 'no date', onError: 'x' } }, 'x')
  expression('$dateFromString onNull', { $dateFromString: { dateString: null, onNull: 'x' } }, 'x')
  expression(
    '$dateFromString that fails',
    { $dateFromString: { dateString: 'no date' } },
    refused(241, 'ConversionFailure'),
  )
})

theme('arithmetic of dates', ({ expression }) => {
  expression(
    '$dateAdd of a month ends with the month',
    { $dateAdd: { startDate: at('2024-01-31T00:00:00Z'), unit: 'month', amount: 1 } },
    at('2024-02-29T00:00:00Z'),
  )
  expression(
    '$dateAdd of a day over a change of clocks',
    {
      $dateAdd: {
        startDate: at('2024-03-09T17:00:00Z'),
        unit: 'day',
        amount: 1,
        timezone: 'America/New_York',
      },
    },
    at('2024-03-10T16:00:00Z'),
  )
  expression(
    '$dateSubtract',
    { $dateSubtract: { startDate: WHEN, unit: 'hour', amount: 14 } },
    at('2024-02-28T23:45:06.789Z'),
  )
  expression('$dateAdd of null', { $dateAdd: { startDate: null, unit: 'day', amount: 1 } }, null)
  expression(
    '$dateAdd of an unknown unit',
    { $dateAdd: { startDate: WHEN, unit: 'decade', amount: 1 } },
    refused(9, 'FailedToParse'),
  )
  expression(
    '$dateAdd of a fraction',
    { $dateAdd: { startDate: WHEN, unit: 'day', amount: 1.5 } },
    refused(5166405),
  )
  expression(
    '$dateDiff counts borders',
    {
      $dateDiff: { startDate: at('2023-12-31T23:59:00Z'), endDate: at('2024-01-01T00:01:00Z'), unit: 'year' },
    },
    long(1),
  )
  expression(
    '$dateDiff in weeks',
    {
      $dateDiff: {
        startDate: at('2024-01-06T00:00:00Z'),
        endDate: at('2024-01-08T00:00:00Z'),
        unit: 'week',
        startOfWeek: 'monday',
      },
    },
    long(1),
  )
  expression(
    '$dateDiff backwards',
    {
      $dateDiff: { startDate: at('2024-01-02T00:00:00Z'), endDate: at('2024-01-01T00:00:00Z'), unit: 'day' },
    },
    long(-1),
  )
  expression(
    '$dateTrunc to the hour',
    { $dateTrunc: { date: WHEN, unit: 'hour' } },
    at('2024-02-29T13:00:00Z'),
  )
  expression(
    '$dateTrunc to bins',
    { $dateTrunc: { date: WHEN, unit: 'minute', binSize: 20 } },
    at('2024-02-29T13:40:00Z'),
  )
  expression(
    '$dateTrunc to the week',
    { $dateTrunc: { date: WHEN, unit: 'week', startOfWeek: 'monday' } },
    at('2024-02-26T00:00:00Z'),
  )
  expression(
    '$dateTrunc to the quarter in a zone',
    { $dateTrunc: { date: WHEN, unit: 'quarter', timezone: 'Asia/Kolkata' } },
    at('2023-12-31T18:30:00Z'),
  )
  expression('an unset date', { $dateTrunc: { date: '$x', unit: 'day' } }, null)
  expression('$$NOW', { $eq: ['$$NOW', '$$NOW'] }, true)
  expression('a date of a missing part', '$x.date', MISSING)
})
