import { Long } from 'mongodb'
import { MISSING, refused, theme } from './case-table.ts'

const long = (value: number | string) => Long.fromString(String(value))

/** A property of this name makes an object look like a promise. */
const THEN = 'then'

theme('conditions and comparisons', ({ expression }) => {
  expression('$cond', { $cond: [{ $gt: [2, 1] }, 'yes', 'no'] }, 'yes')
  expression('$cond by names', { $cond: { if: 0, [THEN]: 1, else: 2 } }, 2)
  expression('$cond without else', { $cond: { if: 0, [THEN]: 1 } }, refused(17082))
  expression('an empty string is true', { $cond: ['', 1, 2] }, 1)
  expression('$ifNull', { $ifNull: ['$x', null, 5] }, 5)
  expression('$ifNull of one argument', { $ifNull: [1] }, refused(1257300))
  expression(
    '$switch',
    {
      $switch: {
        branches: [
          { case: false, [THEN]: 1 },
          { case: true, [THEN]: 2 },
        ],
      },
    },
    2,
  )
  expression('$switch to its default', { $switch: { branches: [{ case: false, [THEN]: 1 }], default: 9 } }, 9)
  expression(
    '$switch that fits nothing',
    { $switch: { branches: [{ case: '$x', [THEN]: 1 }] } },
    refused(40066),
  )
  expression('$switch without branches', { $switch: { branches: [] } }, refused(40068))
  expression('$and of nothing', { $and: [] }, true)
  expression('$or of nothing', { $or: [] }, false)
  expression('$not', { $not: [0] }, true)
  expression('$and of values', { $and: [1, 'x', null] }, false)
  expression('$cmp', { $cmp: [1, 'a'] }, -1)
  expression('$eq of null and missing', { $eq: ['$x', null] }, false)
  expression('$gt of a missing field', { $gt: ['$x', null] }, false)
  expression('$in', { $in: [2, [1, 2]] }, true)
  expression('$in no array', { $in: [2, 2] }, refused(40081))
  expression('$let', { $let: { vars: { a: 1, b: 2 }, in: { $add: ['$$a', '$$b'] } } }, 3)
  expression('$literal of a path', { $literal: '$x' }, '$x')
  expression('$$REMOVE', { $cond: [true, '$$REMOVE', 1] }, MISSING)
  expression('a missing field', '$x.y', MISSING)
  expression('a path through an array', '$l.a', [1, 2], { l: [{ a: 1 }, { b: 5 }, { a: 2 }, 7] })
  expression('a number in a path is no index', '$l.0', [], { l: [1, 2] })
  expression(
    '$type',
    [{ $type: 1 }, { $type: '$x' }, { $type: long(1) }, { $type: { $literal: [] } }],
    ['int', 'missing', 'long', 'array'],
  )
  expression('an unknown variable', '$$foo', refused(17276))
  expression('an unknown operator', { $add: [{ $foo: 1 }, 1] }, refused(168, 'InvalidPipelineOperator'))
  expression('a wrong number of arguments', { $cmp: [1] }, refused(16020))
  expression('two operators in one', { $add: [{ $abs: 1, $ceil: 1 }, 1] }, refused(15983))
  expression('a document of expressions', { a: { $add: [1, 1] }, b: '$x' }, { a: 2 })
  expression('$expr by $rand', { $lt: [{ $rand: {} }, 1] }, true)
})
