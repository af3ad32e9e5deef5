import { BSONRegExp } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber, toDouble } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import {
  type BitTest,
  bits,
  equalTo,
  type LeafTest,
  matchingRegex,
  modulo,
  type Order,
  ofType,
  oneOf,
  ordered,
  sizeOf,
} from './leaf-tests.ts'
import type { FilterOptions, Test } from './matcher.ts'
import { each, holdsAt, NO_PATH, none, type PathTest, some, type ValueTest, whole } from './path-tests.ts'
import { compileRegex } from './regex.ts'

/** Whether a document holds operators rather than fields. */
export function isOperators(value: Value | undefined): value is Doc {
  if (!(value instanceof Map)) return false
  const [first] = value.keys()
  return first?.startsWith('$') === true && first !== '$ref' && first !== '$id' && first !== '$db'
}

const LOGICAL = new Set(['$and', '$or', '$nor', '$where', '$expr', '$jsonSchema'])

/** Whether a condition on an element holds operators on the element itself, not on fields in it. */
export function asksElementItself(condition: Value): condition is Doc {
  if (!isOperators(condition)) return false
  const [first] = condition.keys()
  return first !== undefined && !LOGICAL.has(first)
}

/** A condition on a path with the operator that it came from. */
export interface FieldCondition {
  readonly operator: string
  readonly test: PathTest
}

/** Compiles what a filter asks of one field. `subfilter` compiles the filter on documents within `$elemMatch`. */
export class FieldConditions {
  private readonly options: FilterOptions
  private readonly subfilter: (filter: Doc) => Test
  /** Whether an array stands for its elements; not for the elements that `$elemMatch` asks. */
  private opensArrays = true

  constructor(options: FilterOptions, subfilter: (filter: Doc) => Test) {
    this.options = options
    this.subfilter = subfilter
  }

  equality(target: Value): ValueTest {
    if (target instanceof BSONRegExp) return this.each(matchingRegex(target.pattern, target.options, target))
    return this.each(equalTo(target, this.options.collation))
  }

  /** The tests of `{ $gt: 1, $lt: 5 }`, all of which must hold, each perhaps through another array element. */
  operators(condition: Doc): FieldCondition[] {
    const tests: FieldCondition[] = []
    for (const [operator, argument] of condition) {
      if (operator === '$options') {
        if (!condition.has('$regex')) throw new MongoServerFault('BadValue', '$options needs a $regex')
        continue
      }
      if (operator === '$comment') continue
      if (operator === '$all') {
        for (const test of this.all(argument)) tests.push({ operator: '$eq', test: some(test) })
      } else tests.push({ operator, test: this.operator(operator, argument, condition) })
    }
    return tests
  }

  private operator(operator: string, argument: Value, all: Doc): PathTest {
    switch (operator) {
      case '$ne':
        if (argument instanceof BSONRegExp)
          throw new MongoServerFault('BadValue', "Can't have regex as arg to $ne.")
        return none(this.each(equalTo(argument, this.options.collation)))
      case '$nin':
        return none(this.each(oneOf(listFor('$nin', argument), this.options.collation)))
      case '$not':
        return this.not(argument)
      case '$exists':
        return isTrue(argument) ? some((value) => value !== undefined) : none((value) => value !== undefined)
      default:
        return some(this.positive(operator, argument, all))
    }
  }

  private positive(operator: string, argument: Value, all: Doc): ValueTest {
    const { collation } = this.options
    switch (operator) {
      case '$eq':
        return this.each(equalTo(argument, collation))
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte':
        if (argument instanceof BSONRegExp)
          throw new MongoServerFault(
            'BadValue',
            `Can't have RegEx as arg to predicate over field '${operator}'.`,
          )
        return this.each(ordered(operator satisfies Order, argument, collation))
      case '$in':
        return this.each(oneOf(listFor('$in', argument), collation))
      case '$type':
        return this.each(ofType(argument))
      case '$regex':
        return this.regex(argument, all)
      case '$mod':
        return this.each(modulo(argument))
      case '$size':
        return whole(sizeOf(argument))
      case '$elemMatch':
        return this.elemMatch(argument)
      case '$bitsAllSet':
      case '$bitsAllClear':
      case '$bitsAnySet':
      case '$bitsAnyClear':
        return this.each(bits(operator satisfies BitTest, argument))
      case '$geoWithin':
      case '$geoIntersects':
      case '$near':
      case '$nearSphere':
      case '$within':
        throw new MongoServerFault('CommandNotSupported', `${operator} is not supported by this server`)
      default:
        throw new MongoServerFault('BadValue', `unknown operator: ${operator}`)
    }
  }

  private regex(argument: Value, all: Doc): ValueTest {
    const options = all.get('$options')
    if (options !== undefined && typeof options !== 'string')
      throw new MongoServerFault('BadValue', '$options has to be a string')
    if (argument instanceof BSONRegExp) {
      if (options !== undefined && options !== '' && argument.options !== '')
        throw new MongoServerFault(
          optionsComeFirst(all) ? 51074 : 51075,
          'options set in both $regex and $options',
        )
      return this.each(
        matchingRegex(argument.pattern, options === undefined || options === '' ? argument.options : options),
      )
    }
    if (typeof argument !== 'string') throw new MongoServerFault('BadValue', '$regex has to be a string')
    compileRegex(argument, options ?? '')
    return this.each(matchingRegex(argument, options ?? '', new BSONRegExp(argument, options ?? '')))
  }

  private not(argument: Value): PathTest {
    if (argument instanceof BSONRegExp) return none(this.equality(argument))
    if (!(argument instanceof Map)) throw new MongoServerFault('BadValue', '$not needs a regex or a document')
    if (argument.size === 0) throw new MongoServerFault('BadValue', '$not cannot be empty')
    if (!isOperators(argument))
      throw new MongoServerFault('BadValue', `unknown operator: ${firstKey(argument)}`)
    return { holds: 'not-all', tests: this.operators(argument).map(({ test }) => test) }
  }

  /** One condition for each wish: each may be met by another element. */
  private all(argument: Value): ValueTest[] {
    if (!Array.isArray(argument)) throw new MongoServerFault('BadValue', '$all needs an array')
    const elemMatches = argument.filter((item) => item instanceof Map && item.has('$elemMatch'))
    if (elemMatches.length > 0 && elemMatches.length < argument.length)
      throw new MongoServerFault('BadValue', '$all/$elemMatch has to be consistent')
    const tests = argument.map((item) => {
      if (item instanceof Map && elemMatches.length > 0) return this.elemMatch(item.get('$elemMatch') ?? null)
      if (isOperators(item)) throw new MongoServerFault('BadValue', 'no $ expressions in $all')
      return this.equality(item)
    })
    return tests.length === 0 ? [() => false] : tests
  }

  private elemMatch(argument: Value): ValueTest {
    if (!(argument instanceof Map)) throw new MongoServerFault('BadValue', '$elemMatch needs an Object')
    const test = asksElementItself(argument) ? this.onValues(argument) : this.onDocuments(argument)
    return (value, details) => {
      if (!Array.isArray(value)) return false
      const index = value.findIndex(test)
      if (index >= 0 && details !== undefined) details.arrayIndex = index
      return index >= 0
    }
  }

  private onValues(condition: Doc): (element: Value) => boolean {
    const tests = this.opening(false, () => this.operators(condition))
    return (element) => tests.every(({ test }) => holdsAt(test, element, NO_PATH, undefined))
  }

  private onDocuments(filter: Doc): (element: Value) => boolean {
    const test = this.opening(true, () => this.subfilter(filter))
    return (element) => {
      if (element instanceof Map) return test(element, undefined)
      return (
        Array.isArray(element) &&
        test(new Map(element.map((item, index) => [String(index), item])), undefined)
      )
    }
  }

  private opening<T>(opens: boolean, compile: () => T): T {
    const before = this.opensArrays
    this.opensArrays = opens
    const compiled = compile()
    this.opensArrays = before
    return compiled
  }

  private each(test: LeafTest): ValueTest {
    return this.opensArrays ? each(test) : whole(test)
  }
}

function listFor(operator: string, argument: Value): Value[] {
  if (!Array.isArray(argument)) throw new MongoServerFault('BadValue', `${operator} needs an array`)
  if (argument.some((item) => isOperators(item)))
    throw new MongoServerFault('BadValue', `cannot nest $ under ${operator}`)
  return argument
}

function optionsComeFirst(condition: Doc): boolean {
  const names = [...condition.keys()]
  return names.indexOf('$options') < names.indexOf('$regex')
}

function firstKey(doc: Doc): string {
  return doc.keys().next().value ?? ''
}

/** What a condition counts as true: anything but false, null, undefined, missing and zero. */
export function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false) return false
  return isNumber(value) ? toDouble(value) !== 0 : !(typeof value === 'object' && 'bsonType' in value)
}
