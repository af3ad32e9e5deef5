import { Decimal128, Double, Long } from 'mongodb'
import { refused, theme } from './case-table.ts'

const long = (value: number | string) => Long.fromString(String(value))
const decimal = (text: string) => Decimal128.fromString(text)
const BAD = refused(2, 'BadValue')
const MISMATCH = refused(14, 'TypeMismatch')
const MOST = '9223372036854775807'

theme('numbers in updates', ({ update }) => {
  update('$inc keeps an int an int', { n: 1 }, { $inc: { n: 2 } }, { n: 3 })
  update('$inc of an int by a Long is a Long', { n: 1 }, { $inc: { n: long(2) } }, { n: long(3) })
  update('$inc of an int by a double is a double', { n: 1 }, { $inc: { n: 0.5 } }, { n: 1.5 })
  update('$inc by a decimal is a decimal', { n: 1 }, { $inc: { n: decimal('0.10') } }, { n: decimal('1.10') })
  update('$inc beyond 32 bits becomes a Long', { n: 2147483647 }, { $inc: { n: 1 } }, { n: long(2147483648) })
  update('$inc beyond 64 bits is refused', { n: long(MOST) }, { $inc: { n: long(1) } }, BAD)
  update('$inc of a missing field sets it', {}, { $inc: { n: long(5) } }, { n: long(5) })
  update('$inc of null', { n: null }, { $inc: { n: 1 } }, MISMATCH)
  update('$inc of a string', { n: '1' }, { $inc: { n: 1 } }, MISMATCH)
  update('$inc by a string', { n: 1 }, { $inc: { n: '1' } }, MISMATCH)
  update('$inc in an array', { a: [1, 2] }, { $inc: { 'a.1': 5 } }, { a: [1, 7] })
  update('$mul of a missing field is zero of the same type', {}, { $mul: { n: long(5) } }, { n: long(0) })
  update('$mul', { n: 3 }, { $mul: { n: 1.5 } }, { n: 4.5 })
  update('$mul beyond 32 bits', { n: 65536 }, { $mul: { n: 65536 } }, { n: long(4294967296) })
  update('$mul beyond 64 bits is refused', { n: long(MOST) }, { $mul: { n: 2 } }, BAD)
  update('$mul by a string', { n: 1 }, { $mul: { n: 'x' } }, MISMATCH)
  update('$min takes the less', { n: 5 }, { $min: { n: 3 } }, { n: 3 })
  update('$min keeps the less', { n: 2 }, { $min: { n: 3 } }, { n: 2 })
  update('$min of equal numbers keeps the old type', { n: 3 }, { $min: { n: long(3) } }, { n: 3 })
  update('$max compares across types', { n: 5 }, { $max: { n: 'a' } }, { n: 'a' })
  update('$max sets a missing field', {}, { $max: { n: 1 } }, { n: 1 })
  update('$min of null is less than any number', { n: 1 }, { $min: { n: null } }, { n: null })
  update('$bit and', { n: 13 }, { $bit: { n: { and: 10 } } }, { n: 8 })
  update('$bit or with a Long is a Long', { n: 1 }, { $bit: { n: { or: long(4) } } }, { n: long(5) })
  update('$bit xor', { n: 5 }, { $bit: { n: { xor: 1 } } }, { n: 4 })
  update('$bit of a double', { n: 1.5 }, { $bit: { n: { and: 1 } } }, BAD)
  update('$bit by a double', { n: 1 }, { $bit: { n: { and: new Double(1) } } }, BAD)
  update('$bit with an unknown name', { n: 1 }, { $bit: { n: { nand: 1 } } }, BAD)
  update('$bit with nothing', { n: 1 }, { $bit: { n: {} } }, BAD)
  update(
    'setting the same number of another type is a change',
    { n: 1 },
    { $set: { n: long(1) } },
    { n: long(1) },
  )
})
