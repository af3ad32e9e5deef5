import { refused, theme } from './case-table.ts'

const BAD = refused(2, 'BadValue')
const NO_ELEMENT = refused(51246)
const LIST = { _id: 1, l: [1, 2, 3, 4, 5], s: [10, 20], n: 7 }

theme('which element a condition means', ({ project, update }) => {
  const shown = (row: string, filter: object, expected: Parameters<typeof project>[3]) =>
    project(row, LIST, { 'l.$': 1 }, expected, filter)
  shown(
    'of two conditions the later one in the order of operators',
    { l: { $gt: 1, $lt: 5 } },
    { _id: 1, l: [2] },
  )
  shown('whatever order they have', { $and: [{ l: { $lt: 5 } }, { l: { $gt: 1 } }] }, { _id: 1, l: [2] })
  shown('equality comes before ranges', { l: { $gte: 2, $eq: 5 } }, { _id: 1, l: [2] })
  shown('$or of one field is as $in', { $or: [{ l: 4 }, { l: 2 }] }, { _id: 1, l: [2] })
  shown('$or of several fields tells nothing', { $or: [{ l: 1 }, { n: 7 }] }, NO_ELEMENT)
  shown('$or of one clause', { $or: [{ l: 3 }] }, { _id: 1, l: [3] })
  shown('beside $expr', { l: 3, $expr: { $eq: ['$n', 7] } }, refused(224, 'QueryFeatureNotAllowed'))
  project('in another array that is too short', LIST, { 's.$': 1 }, refused(51247), { l: 5 })
  project('with a text for a value', LIST, { 'l.$': 'x' }, refused(31308), { l: 5 })
  project('with an expression for a value', LIST, { 'l.$': { $add: [1] } }, refused(31271), { l: 5 })
  update(
    'in an update',
    { l: [1, 2, 3] },
    { $set: { 'l.$': 0 } },
    { l: [1, 0, 3] },
    {
      filter: { l: { $lt: 3, $gt: 1 } },
    },
  )
  update('twice in one path', { l: [1] }, { $set: { 'l.$.m.$': 0 } }, BAD, { filter: { l: 1 } })
  update('by a filter that is not there', { l: [1] }, { $set: { 'l.$[x]': 0 } }, BAD, {
    arrayFilters: [{ y: 1 }],
  })
  update('by $expr', { l: [1] }, { $set: { 'l.$[x]': 0 } }, refused(224, 'QueryFeatureNotAllowed'), {
    arrayFilters: [{ $expr: { $eq: ['$$x', 1] } }],
  })
})

theme('projections that meet', ({ project }) => {
  const doc = { _id: 1, z: 1, l: [{ k: 1 }, { k: 2 }, 5], y: 2 }
  const element = { $elemMatch: { k: 2 } }
  project('$elemMatch beside an exclusion', doc, { l: element, y: 0 }, { _id: 1, z: 1, l: [{ k: 2 }] })
  project(
    '$elemMatch comes after what is included',
    doc,
    { l: element, z: 1, y: 1 },
    {
      _id: 1,
      z: 1,
      y: 2,
      l: [{ k: 2 }],
    },
  )
  project('$elemMatch with a name beside it', doc, { l: { ...element, x: 1 } }, refused(16410))
  project('$elemMatch with $expr', doc, { l: { $elemMatch: { $expr: true } } }, BAD)
  project(
    '$elemMatch with $jsonSchema',
    doc,
    { l: { $elemMatch: { $jsonSchema: {} } } },
    refused(224, 'QueryFeatureNotAllowed'),
  )
  project('a path that ends in a dot', doc, { 'z.': 1 }, refused(40353))
  project('a path with an empty name', doc, { 'z..x': 1 }, refused(15998))
  project(
    '$slice of a fraction is cut off',
    doc,
    { l: { $slice: 1.9 } },
    { _id: 1, z: 1, l: [{ k: 1 }], y: 2 },
  )
  project('$slice of no number is none', doc, { l: { $slice: Number.NaN }, y: 0 }, { _id: 1, z: 1, l: [] })
  project('$slice of a list of one', doc, { l: { $slice: [1] } }, refused(28667))
  project('$slice of a list of three', doc, { l: { $slice: [1, 2, 3] } }, refused(28724))
  project('$slice with a limit of null', doc, { l: { $slice: [0, null] }, _id: 0 }, { l: null })
  project(
    'what is computed within an array, also where there was no document',
    doc,
    { 'l.x': '$z', _id: 0 },
    {
      l: [{ x: 1 }, { x: 1 }, { x: 1 }],
    },
  )
})
