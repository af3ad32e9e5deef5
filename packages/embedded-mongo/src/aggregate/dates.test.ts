import { ObjectId, Timestamp } from 'bson'
import { type Case, date, describeExpressions, long, NOW } from './test-expressions.ts'

const DAY = date('2020-02-29T23:30:45.123Z')

const DATES: readonly Case[] = [
  [{ $year: '$d' }, 2020, { d: DAY }],
  [{ $month: { date: '$d', timezone: 'Asia/Kolkata' } }, 3, { d: DAY }],
  [{ $dayOfMonth: { date: '$d', timezone: '+05:30' } }, 1, { d: DAY }],
  [{ $hour: '$d' }, 23, { d: DAY }],
  [{ $millisecond: '$d' }, 123, { d: DAY }],
  [{ $dayOfYear: '$d' }, 60, { d: DAY }],
  [{ $dayOfWeek: '$d' }, 7, { d: DAY }],
  [{ $isoDayOfWeek: '$d' }, 6, { d: DAY }],
  [{ $week: '$d' }, 8, { d: DAY }],
  [{ $isoWeek: date('2021-01-03T00:00:00Z') }, 53],
  [{ $isoWeekYear: date('2021-01-03T00:00:00Z') }, long(2020)],
  [{ $year: new ObjectId('507f1f77bcf86cd799439011') }, 2012],
  [{ $year: '$missing' }, null],
  [{ $dateToString: { date: '$d' } }, '2020-02-29T23:30:45.123Z', { d: DAY }],
  [
    { $dateToString: { date: '$d', format: '%d/%m/%Y %j %u %w %U %V %G %b %B %%' } },
    '29/02/2020 060 6 7 08 09 2020 Feb February %',
    { d: DAY },
  ],
  [
    { $dateToString: { date: '$d', format: '%H:%M %z %Z', timezone: 'America/New_York' } },
    '18:30 -0500 -300',
    { d: DAY },
  ],
  [{ $dateToString: { date: null, onNull: 'none' } }, 'none'],
  [{ $dateFromString: { dateString: '2017-02-08T12:10:40.787Z' } }, date('2017-02-08T12:10:40.787Z')],
  [
    { $dateFromString: { dateString: '2017-02-08T12:10:40', timezone: 'America/New_York' } },
    date('2017-02-08T17:10:40Z'),
  ],
  [{ $dateFromString: { dateString: '2017-02-08' } }, date('2017-02-08T00:00:00Z')],
  [{ $dateFromString: { dateString: 'July 4, 2017 11:30am +0200' } }, date('2017-07-04T09:30:00Z')],
  [{ $dateFromString: { dateString: '15 June 2018' } }, date('2018-06-15T00:00:00Z')],
  [{ $dateFromString: { dateString: '06-15-2018', format: '%m-%d-%Y' } }, date('2018-06-15T00:00:00Z')],
  [{ $dateFromString: { dateString: '2017-W05-3', format: '%G-W%V-%u' } }, date('2017-02-01T00:00:00Z')],
  [{ $dateFromString: { dateString: 'nonsense', onError: 'bad' } }, 'bad'],
  [{ $dateFromString: { dateString: null, onNull: 'none' } }, 'none'],
  [{ $dateFromParts: { year: 2017, month: 14, day: 0, hour: 12 } }, date('2018-01-31T12:00:00Z')],
  [
    { $dateFromParts: { isoWeekYear: 2017, isoWeek: 6, isoDayOfWeek: 4, timezone: 'America/New_York' } },
    date('2017-02-09T05:00:00Z'),
  ],
  [
    { $dateToParts: { date: date('2017-01-01T01:29:09.123Z') } },
    { year: 2017, month: 1, day: 1, hour: 1, minute: 29, second: 9, millisecond: 123 },
  ],
  [
    { $dateToParts: { date: date('2017-01-01T01:29:09.123Z'), iso8601: true } },
    { isoWeekYear: 2016, isoWeek: 52, isoDayOfWeek: 7, hour: 1, minute: 29, second: 9, millisecond: 123 },
  ],
  [
    { $dateAdd: { startDate: date('2020-01-31T10:00:00Z'), unit: 'month', amount: 1 } },
    date('2020-02-29T10:00:00Z'),
  ],
  [
    {
      $dateAdd: {
        startDate: date('2020-12-31T12:10:05Z'),
        unit: 'hour',
        amount: 1,
        timezone: 'Europe/Paris',
      },
    },
    date('2020-12-31T13:10:05Z'),
  ],
  [
    {
      $dateAdd: { startDate: date('2020-10-24T22:30:00Z'), unit: 'day', amount: 1, timezone: 'Europe/Paris' },
    },
    date('2020-10-25T23:30:00Z'),
  ],
  [
    { $dateSubtract: { startDate: date('2021-03-31T00:00:00Z'), unit: 'month', amount: 1 } },
    date('2021-02-28T00:00:00Z'),
  ],
  [
    {
      $dateDiff: {
        startDate: date('2020-01-31T00:00:00Z'),
        endDate: date('2021-02-01T00:00:00Z'),
        unit: 'month',
      },
    },
    long(13),
  ],
  [
    {
      $dateDiff: {
        startDate: date('2021-01-02T00:00:00Z'),
        endDate: date('2021-01-03T00:00:00Z'),
        unit: 'week',
      },
    },
    long(1),
  ],
  [
    {
      $dateDiff: {
        startDate: date('2021-01-02T00:00:00Z'),
        endDate: date('2021-01-03T00:00:00Z'),
        unit: 'week',
        startOfWeek: 'Mon',
      },
    },
    long(0),
  ],
  [
    {
      $dateDiff: {
        startDate: date('2020-11-01T23:59:59Z'),
        endDate: date('2020-11-02T00:00:00Z'),
        unit: 'day',
      },
    },
    long(1),
  ],
  [{ $dateTrunc: { date: date('2021-03-20T11:30:05Z'), unit: 'hour' } }, date('2021-03-20T11:00:00Z')],
  [
    { $dateTrunc: { date: date('2021-03-20T11:30:05Z'), unit: 'week', startOfWeek: 'monday' } },
    date('2021-03-15T00:00:00Z'),
  ],
  [
    {
      $dateTrunc: {
        date: date('2021-03-20T11:30:05Z'),
        unit: 'week',
        binSize: 2,
        timezone: 'America/Los_Angeles',
        startOfWeek: 'Monday',
      },
    },
    date('2021-03-15T07:00:00Z'),
  ],
  [{ $tsSecond: new Timestamp({ t: 1622731060, i: 10 }) }, long(1622731060)],
  [{ $tsIncrement: new Timestamp({ t: 1622731060, i: 10 }) }, long(10)],
  ['$$NOW', NOW],
]

describeExpressions('dates', DATES)
