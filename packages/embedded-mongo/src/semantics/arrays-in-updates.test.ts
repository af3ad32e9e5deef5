import { Double } from 'mongodb'
import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const UNPARSED = refused(9, 'FailedToParse')
const MISMATCH = refused(14, 'TypeMismatch')

theme('arrays in updates', ({ update }) => {
  update('$push appends', { a: [1] }, { $push: { a: 2 } }, { a: [1, 2] })
  update('$push makes the array', {}, { $push: { a: 1 } }, { a: [1] })
  update('$push of an array appends it as one', { a: [1] }, { $push: { a: [2, 3] } }, { a: [1, [2, 3]] })
  update('$push to a scalar', { a: 1 }, { $push: { a: 2 } }, BAD)
  update('$push $each', { a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] })
  update('$push $position', { a: [1, 2] }, { $push: { a: { $each: [9], $position: 1 } } }, { a: [1, 9, 2] })
  update(
    '$push $position from the end',
    { a: [1, 2, 3] },
    { $push: { a: { $each: [9], $position: -1 } } },
    { a: [1, 2, 9, 3] },
  )
  update(
    '$push $slice keeps the first',
    { a: [1, 2] },
    { $push: { a: { $each: [3], $slice: 2 } } },
    { a: [1, 2] },
  )
  update(
    '$push $slice keeps the last',
    { a: [1, 2] },
    { $push: { a: { $each: [3], $slice: -2 } } },
    { a: [2, 3] },
  )
  update('$push $slice 0', { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] })
  update('$push $sort', { a: [3, 1] }, { $push: { a: { $each: [2], $sort: -1 } } }, { a: [3, 2, 1] })
  update(
    '$push $sort by a field, then $slice',
    { a: [{ s: 5 }, { s: 2 }] },
    { $push: { a: { $each: [{ s: 3 }], $sort: { s: -1 }, $slice: 2 } } },
    { a: [{ s: 5 }, { s: 3 }] },
  )
  update('$push $each of no array', { a: [] }, { $push: { a: { $each: 1 } } }, BAD)
  update('$push with an unknown clause', { a: [] }, { $push: { a: { $each: [], $foo: 1 } } }, BAD)
  update('$push $slice of a fraction', { a: [] }, { $push: { a: { $each: [], $slice: 1.5 } } }, BAD)
  update('$push $sort of 2', { a: [] }, { $push: { a: { $each: [], $sort: 2 } } }, BAD)
  update('$addToSet', { a: [1] }, { $addToSet: { a: 2 } }, { a: [1, 2] })
  update(
    '$addToSet of what is there, as another type',
    { a: [1] },
    { $addToSet: { a: new Double(1) } },
    { a: [1] },
  )
  update('$addToSet $each', { a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] })
  update(
    '$addToSet of documents with another order of fields',
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { y: 2, x: 1 } } },
    {
      a: [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
      ],
    },
  )
  update('$addToSet to a scalar', { a: 1 }, { $addToSet: { a: 2 } }, BAD)
  update(
    '$addToSet under a collation',
    { a: ['x'] },
    { $addToSet: { a: 'X' } },
    { a: ['x'] },
    { collation: { locale: 'en', strength: 2 } },
  )
  update('$pop takes the last', { a: [1, 2] }, { $pop: { a: 1 } }, { a: [1] })
  update('$pop takes the first', { a: [1, 2] }, { $pop: { a: -1 } }, { a: [2] })
  update('$pop of an empty array', { a: [] }, { $pop: { a: 1 } }, { a: [] })
  update('$pop by 2', { a: [1] }, { $pop: { a: 2 } }, UNPARSED)
  update('$pop of a scalar', { a: 1 }, { $pop: { a: 1 } }, MISMATCH)
  update('$pull of a value', { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] })
  update('$pull of a range', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] })
  update(
    '$pull of documents by some of their fields',
    { a: [{ x: 1, y: 1 }, { x: 2 }] },
    { $pull: { a: { x: 1 } } },
    { a: [{ x: 2 }] },
  )
  update(
    '$pull with operators on fields',
    {
      a: [
        { x: 1, y: 8 },
        { x: 1, y: 2 },
      ],
    },
    { $pull: { a: { x: 1, y: { $gt: 5 } } } },
    { a: [{ x: 1, y: 2 }] },
  )
  update('$pull with $in', { a: ['x', 'y', 'z'] }, { $pull: { a: { $in: ['x', 'z'] } } }, { a: ['y'] })
  update(
    '$pull with $elemMatch',
    { a: [{ r: [{ q: 1 }] }, { r: [{ q: 5 }] }] },
    { $pull: { a: { r: { $elemMatch: { q: { $gt: 3 } } } } } },
    { a: [{ r: [{ q: 1 }] }] },
  )
  update('$pull with a regular expression', { a: ['ab', 'c'] }, { $pull: { a: /^a/ } }, { a: ['c'] })
  update(
    '$pull of an array matches the whole of it',
    { a: [[1, 2], [1]] },
    { $pull: { a: [1, 2] } },
    { a: [[1]] },
  )
  update('$pull from a scalar', { a: 1 }, { $pull: { a: 1 } }, BAD)
  update('$pull of null takes nulls alone', { a: [null, 1] }, { $pull: { a: null } }, { a: [1] })
  update('$pullAll', { a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] })
  update('$pullAll of no array', { a: [1] }, { $pullAll: { a: 1 } }, BAD)
  update('$pullAll from a scalar', { a: 1 }, { $pullAll: { a: [1] } }, BAD)
})
