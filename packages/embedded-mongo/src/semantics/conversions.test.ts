import { Binary, Decimal128, Double, Long, ObjectId, Timestamp } from 'mongodb'
import { refused, theme } from './case-table.ts'

const long = (value: number | string) => Long.fromString(String(value))
const decimal = (text: string) => Decimal128.fromString(text)
const BAD = refused(2, 'BadValue')
const UNCONVERTED = refused(241, 'ConversionFailure')

theme('conversions', ({ expression }) => {
  expression('$toInt of a string', { $toInt: '42' }, 42)
  expression('$toInt of a fraction', { $toInt: 1.9 }, 1)
  expression('$toInt of a fraction as a string', { $toInt: '1.5' }, UNCONVERTED)
  expression('$toInt beyond its range', { $toInt: long('2147483648') }, UNCONVERTED)
  expression('$toInt of null', { $toInt: null }, null)
  expression('$toLong', { $toLong: '42' }, long(42))
  expression('$toLong of a date', { $toLong: new Date(5) }, long(5))
  expression('$toDouble', { $toDouble: '1e3' }, new Double(1000))
  expression('$toDecimal', { $toDecimal: '1.10' }, decimal('1.10'))
  expression('$toBool of a string', { $toBool: 'false' }, true)
  expression('$toBool of zero', { $toBool: 0 }, false)
  expression('$toString of a double', { $toString: 1.5 }, '1.5')
  expression('$toString of a date', { $toString: new Date(0) }, '1970-01-01T00:00:00.000Z')
  expression(
    '$toString of an ObjectId',
    { $toString: new ObjectId('0123456789abcdef01234567') },
    '0123456789abcdef01234567',
  )
  expression('$toString of a document', { $toString: { a: 1 } }, UNCONVERTED)
  expression(
    '$toObjectId',
    { $toObjectId: '0123456789abcdef01234567' },
    new ObjectId('0123456789abcdef01234567'),
  )
  expression('$toObjectId of another string', { $toObjectId: 'x' }, UNCONVERTED)
  expression('$toDate of a string', { $toDate: '2020-01-02T03:04:05Z' }, new Date('2020-01-02T03:04:05Z'))
  expression(
    '$toDate of an ObjectId',
    { $toDate: new ObjectId('5ab9cbfa31c2ab715d42129e') },
    new Date(0x5ab9cbfa * 1000),
  )
  expression('$toDate of a number', { $toDate: long(1000) }, new Date(1000))
  expression('$toDate of an int', { $toDate: 1000 }, UNCONVERTED)
  expression('$convert onError', { $convert: { input: 'x', to: 'int', onError: 'bad' } }, 'bad')
  expression('$convert onNull', { $convert: { input: null, to: 'int', onNull: 0 } }, 0)
  expression('$convert by code', { $convert: { input: '5', to: 16 } }, 5)
  expression('$convert to the unknown', { $convert: { input: '5', to: 'foo' } }, BAD)
  expression('$convert without to', { $convert: { input: '5' } }, refused(9, 'FailedToParse'))
  expression('$tsSecond', { $tsSecond: new Timestamp({ t: 5, i: 2 }) }, long(5))
  expression('$tsIncrement', { $tsIncrement: new Timestamp({ t: 5, i: 2 }) }, long(2))
  expression('$binarySize of data', { $binarySize: new Binary(Buffer.from([1, 2])) }, 2)
})
