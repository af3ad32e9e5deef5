import { Long } from 'mongodb'
import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const GAPS = [{ a: null }, {}, { a: 1 }, { a: [] }, { a: [null] }, { a: [1, null] }, { a: {} }]
const LISTS = [{ a: [1, 2, 3] }, { a: 2 }, { a: [[1, 2], 3] }, { a: [] }, { a: [4, 5] }]
const ITEMS = [
  {
    items: [
      { sku: 'a', qty: 1 },
      { sku: 'b', qty: 9 },
    ],
  },
  { items: [{ sku: 'a', qty: 9 }] },
  { items: { sku: 'a', qty: 9 } },
  { items: [[{ sku: 'a', qty: 9 }]] },
]

theme('null and missing', ({ find }) => {
  find('equality to null finds null, missing, and arrays with a null', GAPS, { a: null }, [1, 2, 5, 6])
  find('$ne null', GAPS, { a: { $ne: null } }, [3, 4, 7])
  find('$gte null is equality', GAPS, { a: { $gte: null } }, [1, 2, 5, 6])
  find('$lte null is equality', GAPS, { a: { $lte: null } }, [1, 2, 5, 6])
  find('$gt null finds nothing', GAPS, { a: { $gt: null } }, [])
  find('$exists true finds null as well', GAPS, { a: { $exists: true } }, [1, 3, 4, 5, 6, 7])
  find('$exists false', GAPS, { a: { $exists: false } }, [2])
  find('$exists takes anything that counts as true', GAPS, { a: { $exists: 0 } }, [2])
  find('$type null is not missing', GAPS, { a: { $type: 'null' } }, [1, 5, 6])
  find('$in with null', GAPS, { a: { $in: [null, 1] } }, [1, 2, 3, 5, 6])
  find('$nin with null', GAPS, { a: { $nin: [null] } }, [3, 4, 7])
  find('a path through a scalar is missing', [{ a: 1 }, { a: { b: 1 } }, {}], { 'a.b': null }, [1, 3])
  find(
    'a path through an array of scalars has no value at all',
    [{ a: [1, 2] }, { a: [] }, { a: [{}] }, { a: [{ b: 1 }, {}] }],
    { 'a.b': null },
    [3, 4],
  )
  find(
    '$exists false on a path into an array',
    [{ a: [{ b: 1 }, {}] }, { a: [{}] }, { a: [] }],
    { 'a.b': { $exists: false } },
    [2, 3],
  )
  find('$expr tells missing from null', [{ a: null }, {}], { $expr: { $eq: ['$a', null] } }, [1])
  find('$not turns round missing too', [{ a: 5 }, {}], { a: { $not: { $gt: 3 } } }, [2])
})

theme('arrays in queries', ({ find }) => {
  find('equality looks into the array', LISTS, { a: 2 }, [1, 2])
  find('equality to an array is to the whole, or to an element that is an array', LISTS, { a: [1, 2] }, [3])
  find(
    '$gt and $lt may be met by different elements',
    [{ a: [1, 9] }, { a: [5] }, { a: [1] }],
    { a: { $gt: 4, $lt: 6 } },
    [1, 2],
  )
  find('two bounds, each by an element of its own', [{ a: [1, 9] }], { a: { $gt: 8, $lt: 2 } }, [1])
  find(
    '$elemMatch asks one element for both',
    [{ a: [1, 9] }, { a: [5] }],
    { a: { $elemMatch: { $gt: 4, $lt: 6 } } },
    [2],
  )
  find('$elemMatch on documents', ITEMS, { items: { $elemMatch: { sku: 'a', qty: { $gt: 5 } } } }, [2])
  find(
    'two dotted paths may be met by different elements',
    ITEMS,
    { 'items.sku': 'a', 'items.qty': 9 },
    [1, 2, 3],
  )
  find('a dotted path opens one array at a time', ITEMS, { 'items.sku': 'b' }, [1])
  find('an index in a path', ITEMS, { 'items.0.qty': 9 }, [2, 4])
  find('an index beyond the end is missing', ITEMS, { 'items.5': { $exists: true } }, [])
  find(
    'a number may also be the name of a field',
    [{ a: { 0: 'x' } }, { a: ['x'] }, { a: [{ 0: 'x' }] }],
    { 'a.0': 'x' },
    [1, 2, 3],
  )
  find('$elemMatch with $or', ITEMS, { items: { $elemMatch: { $or: [{ qty: 1 }, { sku: 'zz' }] } } }, [1])
  find(
    '$elemMatch of an element that is an array',
    [{ a: [[1, 2]] }, { a: [1] }],
    { a: { $elemMatch: { $elemMatch: { $eq: 2 } } } },
    [1],
  )
  find('$elemMatch finds nothing in what is not an array', [{ a: 5 }], { a: { $elemMatch: { $gt: 1 } } }, [])
  find('$all in any order', LISTS, { a: { $all: [3, 1] } }, [1])
  find('$all of one finds a scalar', LISTS, { a: { $all: [2] } }, [1, 2])
  find(
    '$all with $elemMatch',
    ITEMS,
    { items: { $all: [{ $elemMatch: { sku: 'a', qty: 1 } }, { $elemMatch: { sku: 'b' } }] } },
    [1],
  )
  find('$all of nothing finds nothing', LISTS, { a: { $all: [] } }, [])
  find('$all of an array', [{ a: [1, 2] }, { a: [[1, 2]] }], { a: { $all: [[1, 2]] } }, [1, 2])
  find('$all takes an array only', LISTS, { a: { $all: 1 } }, BAD)
  find('$size', LISTS, { a: { $size: 2 } }, [3, 5])
  find('$size 0', LISTS, { a: { $size: 0 } }, [4])
  find('$size of a fraction', LISTS, { a: { $size: 1.5 } }, BAD)
  find('$size below zero', LISTS, { a: { $size: -1 } }, BAD)
  find('$size of a Long', LISTS, { a: { $size: Long.fromNumber(3) } }, [1])
  find('$nin looks at all elements', LISTS, { a: { $nin: [2] } }, [3, 4, 5])
  find('$ne looks at all elements', LISTS, { a: { $ne: 1 } }, [2, 3, 4, 5])
  find('$in with a regular expression', [{ a: ['apple', 'x'] }, { a: 'pear' }], { a: { $in: [/^ap/] } }, [1])
  find(
    '$gt with an array compares arrays',
    [{ a: [5] }, { a: [[5], 1] }, { a: 9 }],
    { a: { $gt: [4] } },
    [1, 2],
  )
  find(
    '$type array looks for arrays within arrays or the value itself',
    [{ a: [] }, { a: [[]] }, { a: 1 }],
    { a: { $type: 'array' } },
    [1, 2],
  )
  find('sort up takes the least element', [{ a: [5, 9] }, { a: [1, 20] }, { a: 3 }], {}, [2, 3, 1], {
    sort: { a: 1 },
  })
  find('sort down takes the greatest', [{ a: [5, 9] }, { a: [1, 20] }, { a: 30 }], {}, [3, 2, 1], {
    sort: { a: -1 },
  })
  find('an empty array sorts below null', [{ a: null }, { a: [] }, { a: 0 }, {}], {}, [2, 1, 4, 3], {
    sort: { a: 1, _id: 1 },
  })
  find(
    'sort by two paths takes both from one element',
    [
      {
        r: [
          { x: 1, y: 9 },
          { x: 2, y: 1 },
        ],
      },
      { r: [{ x: 1, y: 5 }] },
    ],
    {},
    [2, 1],
    { sort: { 'r.x': 1, 'r.y': 1 } },
  )
  find('sort by two arrays', [{ x: [1], y: [1] }, { x: 1 }], {}, BAD, { sort: { x: 1, y: 1 } })
  find('sort by a path through an array', ITEMS.slice(0, 2), {}, [1, 2], { sort: { 'items.qty': 1 } })
})
