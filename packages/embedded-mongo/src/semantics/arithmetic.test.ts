import { Decimal128, Double, Long } from 'mongodb'
import { refused, theme } from './case-table.ts'

const long = (value: number | string) => Long.fromString(String(value))
const decimal = (text: string) => Decimal128.fromString(text)
const MISMATCH = refused(14, 'TypeMismatch')
const BAD = refused(2, 'BadValue')

theme('arithmetic', ({ expression }) => {
  expression('$add of ints', { $add: [1, 2] }, 3)
  expression('$add beyond 32 bits', { $add: [2147483647, 1] }, long(2147483648))
  expression(
    '$add beyond 64 bits becomes a double',
    { $add: [long('9223372036854775807'), 1] },
    new Double(9223372036854776000),
  )
  expression('$add with a decimal', { $add: [1, decimal('0.1')] }, decimal('1.1'))
  expression('$add of null', { $add: [1, null] }, null)
  expression('$add of a missing field', { $add: [1, '$x'] }, null)
  expression('$add of a string', { $add: [1, 'x'] }, MISMATCH)
  expression('$add to a date', { $add: [new Date(0), 1000] }, new Date(1000))
  expression('$add of two dates', { $add: [new Date(0), new Date(1)] }, refused(16612))
  expression('$add of nothing', { $add: [] }, 0)
  expression('$subtract', { $subtract: [5, 2.5] }, 2.5)
  expression(
    '$subtract of dates gives milliseconds',
    { $subtract: [new Date(5000), new Date(2000)] },
    long(3000),
  )
  expression('$subtract of a number from a date', { $subtract: [new Date(5000), 2000] }, new Date(3000))
  expression('$subtract of a string', { $subtract: ['5', 2] }, MISMATCH)
  expression('$multiply', { $multiply: [3, long(4)] }, long(12))
  expression('$multiply of a string', { $multiply: ['3', 4] }, MISMATCH)
  expression('$divide is never whole by itself', { $divide: [7, 2] }, 3.5)
  expression('$divide of ints is a double', { $divide: [6, 2] }, new Double(3))
  expression('$divide by zero', { $divide: [1, 0] }, BAD)
  expression('$divide of a string', { $divide: ['1', 1] }, MISMATCH)
  expression('$mod', { $mod: [-7, 3] }, -1)
  expression('$mod of doubles', { $mod: [7.5, 2] }, 1.5)
  expression('$mod by zero', { $mod: [7, 0] }, refused(16610))
  expression('$mod of a string', { $mod: ['7', 2] }, refused(16611))
  expression('$abs', { $abs: -5 }, 5)
  expression('$abs of a string', { $abs: 'x' }, refused(28765))
  expression('$ceil', { $ceil: -1.5 }, new Double(-1))
  expression('$floor', { $floor: -1.5 }, new Double(-2))
  expression('$round to even', { $round: [2.5] }, new Double(2))
  expression('$round of an odd half', { $round: [3.5, 0] }, new Double(4))
  expression('$round to a place', { $round: [1234.5678, 2] }, 1234.57)
  expression('$round to tens', { $round: [1255, -1] }, 1260)
  expression('$trunc', { $trunc: [-1.99] }, new Double(-1))
  expression('$trunc to a place', { $trunc: [1234.5678, 1] }, 1234.5)
  expression('$sqrt', { $sqrt: 16 }, new Double(4))
  expression('$sqrt of a negative', { $sqrt: -1 }, refused(28714))
  expression('$pow of ints', { $pow: [2, 10] }, 1024)
  expression('$pow of a negative exponent', { $pow: [2, -1] }, 0.5)
  expression('$pow of zero to a negative', { $pow: [0, -1] }, refused(28764))
  expression('$exp', { $exp: 0 }, new Double(1))
  expression('$ln of one', { $ln: 1 }, new Double(0))
  expression('$ln of a negative', { $ln: -1 }, refused(28766))
  expression('$log', { $log: [8, 2] }, new Double(3))
  expression('$log10', { $log10: 1000 }, new Double(3))
  expression('$sin', { $sin: 0 }, new Double(0))
  expression('$degreesToRadians', { $degreesToRadians: 180 }, Math.PI)
  expression('$bitAnd', { $bitAnd: [12, 10] }, 8)
  expression('$bitOr with a long', { $bitOr: [1, long(2)] }, long(3))
  expression('$bitNot', { $bitNot: 0 }, -1)
  expression('$isNumber', [{ $isNumber: 1 }, { $isNumber: 'x' }], [true, false])
})
