import { MinKey } from 'bson'
import {
  branch,
  type Case,
  condition,
  dbl,
  dec,
  describeExpressions,
  long,
  MISSING,
} from './test-expressions.ts'

const COMPARISON: readonly Case[] = [
  [{ $eq: [1, dbl(1)] }, true],
  [{ $eq: ['$missing', null] }, false],
  [{ $lt: ['$missing', null] }, true],
  [{ $gt: ['a', 5] }, true],
  [{ $gte: [[1, 2], [1]] }, true],
  [{ $cmp: [{ a: 1 }, { a: 2 }] }, -1],
  [{ $ne: [long(5), dec('5.0')] }, false],
  [{ $lte: [new MinKey(), null] }, true],
  [{ $and: [] }, true],
  [{ $and: [1, 'x', []] }, true],
  [{ $and: [1, null] }, false],
  [{ $or: [] }, false],
  [{ $or: [0, '$missing'] }, false],
  [{ $or: [false, ''] }, true],
  [{ $not: [0] }, true],
  [{ $not: [[false]] }, false],
  [{ $cond: [{ $gt: ['$a', 1] }, 'y', 'n'] }, 'y', { a: 2 }],
  [{ $cond: condition('$a', 1, '$$REMOVE') }, MISSING],
  [{ $ifNull: ['$a', '$b', 'c'] }, 'c'],
  [{ $ifNull: ['$a', '$b'] }, MISSING],
  [{ $ifNull: ['$a', 'x'] }, 0, { a: 0 }],
  [{ $switch: { branches: [branch('$a', 1)], default: 2 } }, 2],
  [{ $switch: { branches: [branch(false, { $divide: [1, 0] })], default: 3 } }, 3],
]

describeExpressions('comparisons and conditions', COMPARISON)
