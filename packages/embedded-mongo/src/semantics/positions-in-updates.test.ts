import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const UNPARSED = refused(9, 'FailedToParse')
const GRADES = {
  grades: [
    { k: 1, v: 80 },
    { k: 2, v: 90 },
    { k: 3, v: 90 },
  ],
}

theme('positions in updates', ({ update }) => {
  update(
    '$ is the element that matched',
    { a: [1, 5, 9] },
    { $set: { 'a.$': 0 } },
    { a: [1, 0, 9] },
    { filter: { a: 5 } },
  )
  update(
    '$ within $and',
    { a: [1, 5, 9] },
    { $set: { 'a.$': 0 } },
    { a: [1, 5, 0] },
    { filter: { $and: [{ a: { $gt: 6 } }] } },
  )
  update(
    '$ by $elemMatch',
    GRADES,
    { $set: { 'grades.$.v': 0 } },
    {
      grades: [
        { k: 1, v: 80 },
        { k: 2, v: 0 },
        { k: 3, v: 90 },
      ],
    },
    { filter: { grades: { $elemMatch: { v: 90 } } } },
  )
  update(
    '$ by a dotted path',
    GRADES,
    { $inc: { 'grades.$.v': 1 } },
    {
      grades: [
        { k: 1, v: 80 },
        { k: 2, v: 90 },
        { k: 3, v: 91 },
      ],
    },
    { filter: { 'grades.k': 3 } },
  )
  update('$ without a match in an array', { a: [1] }, { $set: { 'a.$': 0 } }, BAD, { filter: { _id: 1 } })
  update('$ first in a path', { a: [1] }, { $set: { $: 0 } }, BAD, { filter: { a: 1 } })
  update('$[] is every element', { a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] })
  update(
    '$[] of documents',
    GRADES,
    { $set: { 'grades.$[].v': 0 } },
    {
      grades: [
        { k: 1, v: 0 },
        { k: 2, v: 0 },
        { k: 3, v: 0 },
      ],
    },
  )
  update('$[] of an empty array', { a: [] }, { $set: { 'a.$[]': 1 } }, { a: [] })
  update('$[] of a missing field', { b: 1 }, { $set: { 'a.$[]': 1 } }, BAD)
  update('$[] of a scalar', { a: 1 }, { $set: { 'a.$[]': 1 } }, BAD)
  update(
    '$[x] is what the filter lets in',
    { a: [1, 5, 9] },
    { $set: { 'a.$[x]': 0 } },
    { a: [1, 0, 0] },
    { arrayFilters: [{ x: { $gte: 5 } }] },
  )
  update(
    '$[x] by fields',
    GRADES,
    { $set: { 'grades.$[g].v': 0 } },
    {
      grades: [
        { k: 1, v: 80 },
        { k: 2, v: 0 },
        { k: 3, v: 90 },
      ],
    },
    { arrayFilters: [{ 'g.v': { $gte: 90 }, 'g.k': 2 }] },
  )
  update(
    '$[x] with $or',
    { a: [1, 5, 9] },
    { $set: { 'a.$[x]': 0 } },
    { a: [0, 5, 0] },
    { arrayFilters: [{ $or: [{ x: 1 }, { x: 9 }] }] },
  )
  update(
    'nested $[]',
    { a: [{ b: [1, 2] }, { b: [3] }] },
    { $inc: { 'a.$[].b.$[x]': 1 } },
    { a: [{ b: [1, 3] }, { b: [4] }] },
    { arrayFilters: [{ x: { $gt: 1 } }] },
  )
  update('$[x] without its filter', { a: [1] }, { $set: { 'a.$[x]': 0 } }, BAD, { arrayFilters: [] })
  update('a filter that is not used', { a: [1] }, { $set: { 'a.$[]': 0 } }, UNPARSED, {
    arrayFilters: [{ x: 1 }],
  })
  update('a filter twice', { a: [1] }, { $set: { 'a.$[x]': 0 } }, UNPARSED, {
    arrayFilters: [{ x: 1 }, { x: 2 }],
  })
  update('a filter of two names', { a: [1] }, { $set: { 'a.$[x]': 0 } }, UNPARSED, {
    arrayFilters: [{ x: 1, y: 2 }],
  })
  update('a filter with a capital letter', { a: [1] }, { $set: { 'a.$[X]': 0 } }, BAD, {
    arrayFilters: [{ X: 1 }],
  })
  update('filters with a pipeline', { a: [1] }, [{ $set: { b: 1 } }], UNPARSED, { arrayFilters: [{ x: 1 }] })
  update(
    '$push within $[x]',
    {
      a: [
        { k: 1, l: [] },
        { k: 2, l: [] },
      ],
    },
    { $push: { 'a.$[x].l': 5 } },
    {
      a: [
        { k: 1, l: [] },
        { k: 2, l: [5] },
      ],
    },
    { arrayFilters: [{ 'x.k': 2 }] },
  )
})
