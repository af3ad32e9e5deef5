import { Int32 } from 'bson'
import { binary } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'

function comparison(name: string, holds: (order: number) => boolean): OperatorCompiler {
  return binary(name, (left, right, scope) => holds(scope.compare(left, right)))
}

export const comparisonOperators: Readonly<Record<string, OperatorCompiler>> = {
  $cmp: binary('$cmp', (left, right, scope) => new Int32(Math.sign(scope.compare(left, right)))),
  $eq: comparison('$eq', (order) => order === 0),
  $ne: comparison('$ne', (order) => order !== 0),
  $gt: comparison('$gt', (order) => order > 0),
  $gte: comparison('$gte', (order) => order >= 0),
  $lt: comparison('$lt', (order) => order < 0),
  $lte: comparison('$lte', (order) => order <= 0),
}
