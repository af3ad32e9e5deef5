import { refused, theme } from './case-table.ts'

const MISMATCH = refused(14, 'TypeMismatch')
const IMMUTABLE = refused(66, 'ImmutableField')

theme('upserts', ({ update }) => {
  const upsert = (filter: object, more: object = {}) => ({ upsert: true, filter, ...more })
  update('equalities of the filter come first', null, { $set: { b: 2 } }, { a: 1, b: 2 }, upsert({ a: 1 }))
  update(
    '$eq and $and give fields too',
    null,
    { $set: { z: 0 } },
    { a: 1, b: 2, z: 0 },
    upsert({ $and: [{ a: { $eq: 1 } }, { b: 2 }] }),
  )
  update(
    'ranges give none',
    null,
    { $set: { z: 0 } },
    { z: 0 },
    upsert({ a: { $gt: 5 }, b: { $in: [1, 2] } }),
  )
  update(
    'dotted paths make documents',
    null,
    { $set: { 'a.c': 2 } },
    { a: { b: 1, c: 2 } },
    upsert({ 'a.b': 1 }),
  )
  update('$setOnInsert', null, { $set: { a: 1 }, $setOnInsert: { b: 2 } }, { a: 1, b: 2 }, upsert({}))
  update('$inc on the value of the filter', null, { $inc: { n: 1 } }, { n: 6 }, upsert({ n: 5 }))
  update('$push', null, { $push: { l: 1 } }, { k: 1, l: [1] }, upsert({ k: 1 }))
  update(
    'a path matched twice',
    null,
    { $set: { z: 1 } },
    refused(54, 'NotSingleValueField'),
    upsert({ a: 1, $and: [{ a: 1 }] }),
  )
  update(
    '_id of the filter against that of the update',
    null,
    { $set: { _id: 2 } },
    IMMUTABLE,
    upsert({ _id: 1 }),
  )
  update('a pipeline', null, [{ $set: { b: { $add: ['$a', 1] } } }], { a: 1, b: 2 }, upsert({ a: 1 }))
  update(
    '$or of one alternative is an equality',
    null,
    { $set: { z: 1 } },
    { a: 1, z: 1 },
    upsert({ $or: [{ a: 1 }] }),
  )
  update('$all of one is an equality', null, { $set: { z: 1 } }, { a: 1, z: 1 }, upsert({ a: { $all: [1] } }))
  update('$unset of a field of the filter', null, { $unset: { a: 1 } }, { b: 1 }, upsert({ a: 1, b: 1 }))
})

theme('pipelines as updates', ({ update }) => {
  update('$set by an expression', { a: 1, b: 2 }, [{ $set: { c: { $add: ['$a', '$b'] } } }], {
    a: 1,
    b: 2,
    c: 3,
  })
  update('$unset', { a: 1, b: 2 }, [{ $unset: 'a' }], { b: 2 })
  update('$unset of several', { a: 1, b: 2, c: 3 }, [{ $unset: ['a', 'c'] }], { b: 2 })
  update('$replaceWith keeps the _id', { a: { x: 1 } }, [{ $replaceWith: '$a' }], { x: 1 })
  update('$project', { a: 1, b: 2 }, [{ $project: { a: 1 } }], { a: 1 })
  update(
    'later stages see earlier ones',
    { a: 1 },
    [{ $set: { b: { $add: ['$a', 1] } } }, { $set: { c: '$b' } }],
    { a: 1, b: 2, c: 2 },
  )
  update('$$NOW and let', { a: 1 }, [{ $set: { b: '$$x' } }], { a: 1, b: 7 }, { let: { x: 7 } })
  update('a stage that is not allowed', { a: 1 }, [{ $match: { a: 1 } }], refused(72, 'InvalidOptions'))
  update('_id changed', { _id: 1, a: 1 }, [{ $set: { _id: 5 } }], IMMUTABLE)
  update(
    'an expression that fails changes nothing',
    { a: 'x' },
    [{ $set: { b: { $add: ['$a', 1] } } }],
    MISMATCH,
  )
  update('$set within an array of documents', { a: [{ b: 1 }, { b: 2 }] }, [{ $set: { 'a.c': 0 } }], {
    a: [
      { b: 1, c: 0 },
      { b: 2, c: 0 },
    ],
  })
})
