import { refused, theme } from './case-table.ts'

const DOC = {
  _id: 1,
  a: 1,
  b: { c: 2, d: { e: 3, f: 4 } },
  l: [1, 2, 3, 4],
  m: [
    { k: 1, v: 'x' },
    { k: 2, v: 'y' },
    { k: 1, v: 'z' },
  ],
}

theme('projections of find', ({ project }) => {
  project('inclusion keeps the _id', DOC, { a: 1 }, { _id: 1, a: 1 })
  project('inclusion without the _id', DOC, { a: 1, _id: 0 }, { a: 1 })
  project('the _id alone', DOC, { _id: 1 }, { _id: 1 })
  project('all but the _id', { _id: 1, a: 1 }, { _id: 0 }, { a: 1 })
  project('exclusion', { _id: 1, a: 1, b: 2 }, { a: 0 }, { _id: 1, b: 2 })
  project('fields come in the order of the document', DOC, { l: 1, a: 1 }, { _id: 1, a: 1, l: [1, 2, 3, 4] })
  project('a dotted path', DOC, { 'b.d.e': 1 }, { _id: 1, b: { d: { e: 3 } } })
  project('a nested document', DOC, { b: { d: { e: 1 } } }, { _id: 1, b: { d: { e: 3 } } })
  project('a dotted path, excluded', { _id: 1, b: { c: 2, d: 3 } }, { 'b.c': 0 }, { _id: 1, b: { d: 3 } })
  project(
    'a path into an array of documents',
    DOC,
    { 'm.k': 1 },
    { _id: 1, m: [{ k: 1 }, { k: 2 }, { k: 1 }] },
  )
  project('a path into an array of scalars leaves it empty', DOC, { 'l.x': 1 }, { _id: 1, l: [] })
  project('a path through a scalar gives nothing', DOC, { 'a.x': 1 }, { _id: 1 })
  project('a field that is not there', DOC, { zz: 1 }, { _id: 1 })
  project('inclusion with exclusion', DOC, { a: 1, b: 0 }, refused(31254))
  project('exclusion with inclusion', DOC, { a: 0, b: 1 }, refused(31253))
  project('a path and one within it', DOC, { b: 1, 'b.c': 1 }, refused(31249))
  project('a path within, then the path', DOC, { 'b.c': 1, b: 1 }, refused(31250))
  project('an empty path', DOC, { '': 1 }, refused(40352))
  project('a dollar at the front', DOC, { $x: 1 }, refused(16410))
  project('true includes', DOC, { a: true }, { _id: 1, a: 1 })
  project('a string is an expression', DOC, { x: 'text', _id: 0 }, { x: 'text' })
  project('a field path is an expression', DOC, { x: '$b.c', _id: 0 }, { x: 2 })
  project('an expression', DOC, { total: { $sum: '$l' }, _id: 0 }, { total: 10 })
  project('an array of expressions', DOC, { pair: ['$a', '$b.c', '$zz'], _id: 0 }, { pair: [1, 2, null] })
  project('$slice of the first', DOC, { l: { $slice: 2 }, _id: 0, m: 0, b: 0 }, { a: 1, l: [1, 2] })
  project('$slice of the last', { _id: 1, l: [1, 2, 3] }, { l: { $slice: -2 } }, { _id: 1, l: [2, 3] })
  project('$slice with a skip', { _id: 1, l: [1, 2, 3] }, { l: { $slice: [1, 1] } }, { _id: 1, l: [2] })
  project(
    '$slice with a skip from the end',
    { _id: 1, l: [1, 2, 3] },
    { l: { $slice: [-2, 5] } },
    { _id: 1, l: [2, 3] },
  )
  project('$slice with inclusion', DOC, { l: { $slice: 1 }, a: 1 }, { _id: 1, a: 1, l: [1] })
  project('$slice with a limit of none', DOC, { l: { $slice: [1, 0] } }, refused(28724))
  project('$slice of a string', DOC, { l: { $slice: 'x' } }, refused(28667))
  project(
    '$elemMatch takes the first that fits',
    DOC,
    { m: { $elemMatch: { k: 1, v: 'z' } } },
    { _id: 1, m: [{ k: 1, v: 'z' }] },
  )
  project('$elemMatch of values', DOC, { l: { $elemMatch: { $gt: 2 } } }, { _id: 1, l: [3] })
  project('$elemMatch that finds none leaves the field out', DOC, { m: { $elemMatch: { k: 9 } } }, { _id: 1 })
  project('$elemMatch of a nested field', DOC, { 'b.m': { $elemMatch: { k: 1 } } }, refused(31275))
  project('the positional $', DOC, { 'l.$': 1 }, { _id: 1, l: [3] }, { l: { $gt: 2 } })
  project(
    'the positional $ by $elemMatch',
    DOC,
    { 'm.$': 1 },
    { _id: 1, m: [{ k: 2, v: 'y' }] },
    { m: { $elemMatch: { k: 2 } } },
  )
  project(
    'the positional $ with a path',
    DOC,
    { 'm.$': 1, a: 1 },
    { _id: 1, a: 1, m: [{ k: 2, v: 'y' }] },
    { 'm.v': 'y' },
  )
  project('the positional $ without a match', DOC, { 'l.$': 1 }, refused(51246), { a: 1 })
  project('two positional $', DOC, { 'l.$': 1, 'm.$': 1 }, refused(31276), { l: 1 })
  project('the positional $ in the middle', DOC, { 'l.$.x': 1 }, refused(31394), { l: 1 })
  project('an unknown expression', DOC, { x: { $foo: 1 } }, refused(31325))
  project('$$ROOT', { _id: 1, a: 1 }, { copy: '$$ROOT', _id: 0 }, { copy: { _id: 1, a: 1 } })
  project(
    'a computed field in a document',
    { _id: 1, b: { c: 1 } },
    { 'b.x': { $add: ['$b.c', 1] } },
    { _id: 1, b: { x: 2 } },
  )
  project('$literal', DOC, { x: { $literal: 1 }, _id: 0 }, { x: 1 })
  project('$meta of the text score without a text search', DOC, { s: { $meta: 'textScore' } }, refused(40218))
  project('$meta of the unknown', DOC, { s: { $meta: 'foo' } }, refused(17308))
})
