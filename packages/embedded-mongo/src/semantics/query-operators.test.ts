import { Binary, BSONRegExp, Decimal128, Double, Long } from 'mongodb'
import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const UNPARSED = refused(9, 'FailedToParse')

theme('query operators', ({ find }) => {
  const typed = [
    { v: 1 },
    { v: new Double(1) },
    { v: Long.fromNumber(1) },
    { v: Decimal128.fromString('1') },
    { v: 'x' },
    { v: [1, 'x'] },
  ]
  find('$type number', typed, { v: { $type: 'number' } }, [1, 2, 3, 4, 6])
  find('$type by code', typed, { v: { $type: 16 } }, [1, 6])
  find('$type of several', typed, { v: { $type: ['double', 'decimal'] } }, [2, 4])
  find('$type of an unknown alias', typed, { v: { $type: 'float' } }, BAD)
  find('$type of an unknown code', typed, { v: { $type: 77 } }, BAD)
  find('$type of a bad argument', typed, { v: { $type: {} } }, refused(14, 'TypeMismatch'))
  find('$type of no types', typed, { v: { $type: [] } }, UNPARSED)
  find('$mod', [{ v: 4 }, { v: 5 }, { v: -4 }, { v: 4.7 }, { v: 'x' }], { v: { $mod: [4, 0] } }, [1, 3, 4])
  find('$mod keeps the sign', [{ v: -5 }, { v: 3 }], { v: { $mod: [4, -1] } }, [1])
  find('$mod by zero', [], { v: { $mod: [0, 1] } }, BAD)
  find('$mod with one element', [], { v: { $mod: [4] } }, BAD)
  find('$mod with three', [], { v: { $mod: [4, 0, 1] } }, BAD)
  find('$mod with a string', [], { v: { $mod: ['a', 0] } }, BAD)
  find('$bitsAllSet by mask', [{ v: 7 }, { v: 5 }, { v: 'x' }], { v: { $bitsAllSet: 3 } }, [1])
  find('$bitsAnySet by positions', [{ v: 4 }, { v: 8 }], { v: { $bitsAnySet: [0, 2] } }, [1])
  find('$bitsAllClear', [{ v: 8 }, { v: 1 }], { v: { $bitsAllClear: [0, 1] } }, [1])
  find('$bitsAnyClear', [{ v: 3 }, { v: 1 }], { v: { $bitsAnyClear: 3 } }, [2])
  find('bits of a negative number', [{ v: -1 }], { v: { $bitsAllSet: [0, 63, 200] } }, [1])
  find('bits of binary data', [{ v: new Binary(Buffer.from([0b101])) }], { v: { $bitsAllSet: [0, 2] } }, [1])
  find('no bits of a fraction', [{ v: 1.5 }], { v: { $bitsAllSet: 1 } }, [])
  find('bits of a negative mask', [], { v: { $bitsAllSet: -1 } }, UNPARSED)
  find('$regex with options', [{ v: 'ABC' }, { v: 'x\nabc' }], { v: { $regex: '^abc', $options: 'i' } }, [1])
  find('$regex over lines', [{ v: 'x\nabc' }], { v: { $regex: '^abc', $options: 'm' } }, [1])
  find('$regex extended', [{ v: 'abc' }], { v: { $regex: 'a b # comment\n c', $options: 'x' } }, [1])
  find('$regex where the dot takes all', [{ v: 'a\nb' }], { v: { $regex: 'a.b', $options: 's' } }, [1])
  find('a BSON regular expression with options', [{ v: 'ABC' }], { v: new BSONRegExp('abc', 'i') }, [1])
  find('$regex with $in-line options', [{ v: 'ABC' }], { v: { $regex: '(?i)abc' } }, [1])
  find('$regex with an unknown option', [], { v: { $regex: 'a', $options: 'q' } }, refused(51108))
  find('$regex that is broken', [], { v: { $regex: '(' } }, refused(51091))
  find('$options alone', [], { v: { $options: 'i' } }, BAD)
  find('options twice', [], { v: { $regex: new BSONRegExp('a', 'i'), $options: 'm' } }, refused(51075))
  find('$not with a regular expression', [{ v: 'abc' }, { v: 'x' }, {}], { v: { $not: /a/ } }, [2, 3])
  find('$not with a value', [], { v: { $not: 5 } }, BAD)
  find('$not with nothing', [], { v: { $not: {} } }, BAD)
  find('$and', [{ a: 1, b: 1 }, { a: 1 }], { $and: [{ a: 1 }, { b: 1 }] }, [1])
  find('$nor', [{ a: 1 }, { b: 1 }, { c: 1 }], { $nor: [{ a: 1 }, { b: 1 }] }, [3])
  find('$or of nothing', [], { $or: [] }, BAD)
  find('$and of a value', [], { $and: 5 }, BAD)
  find('$or of values', [], { $or: [5] }, BAD)
  find('an unknown operator', [], { a: { $near2: 1 } }, BAD)
  find('an unknown operator at the top', [], { $foo: 1 }, BAD)
  find('$in takes an array only', [], { a: { $in: 5 } }, BAD)
  find('$in takes no operators', [], { a: { $in: [{ $gt: 1 }] } }, BAD)
  find('$ne takes no regular expression', [], { a: { $ne: /a/ } }, BAD)
  find('$gt takes no regular expression', [], { a: { $gt: /a/ } }, BAD)
  find('$comment changes nothing', [{ a: 1 }], { a: 1, $comment: 'why' }, [1])
  find(
    '$expr',
    [
      { a: 1, b: 2 },
      { a: 3, b: 2 },
    ],
    { $expr: { $gt: ['$a', '$b'] } },
    [2],
  )
  find('$expr with a variable', [{ a: 1 }, { a: 2 }], { $expr: { $eq: ['$a', '$$wanted'] } }, [2], {
    let: { wanted: 2 },
  })
  find('$expr with an unknown variable', [{ a: 1 }], { $expr: { $eq: ['$a', '$$wanted'] } }, refused(17276))
  find('$where is not supported', [], { $where: 'true' }, refused(115, 'CommandNotSupported'))
  find('$near is not supported', [], { a: { $near: [0, 0] } }, refused(115, 'CommandNotSupported'))
  find(
    '$geoWithin is not supported',
    [],
    {
      a: {
        $geoWithin: {
          $box: [
            [0, 0],
            [1, 1],
          ],
        },
      },
    },
    refused(115, 'CommandNotSupported'),
  )
  find('$text without an index', [{ a: 'x' }], { $text: { $search: 'x' } }, refused(27, 'IndexNotFound'))
  find('$sampleRate of all', [{ a: 1 }], { $sampleRate: 1 }, [1])
  find('$sampleRate of none', [{ a: 1 }], { $sampleRate: 0 }, [])
  find('$sampleRate beyond one', [{ a: 1 }], { $sampleRate: 1.5 }, BAD)
  find('a field of a DBRef', [{ r: { $ref: 'c', $id: 1 } }], { 'r.$id': 1 }, [1])
  find('a negative limit is one batch of as many', [{ a: 1 }, { a: 2 }], {}, [1], { limit: -1 })
  find('skip', [{ a: 1 }, { a: 2 }, { a: 3 }], {}, [3], { skip: 2 })
  find('a hint of no index', [{ a: 1 }], {}, BAD, { hint: 'nothing' })
})
