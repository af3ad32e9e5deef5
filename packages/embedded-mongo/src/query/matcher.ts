import { BSONRegExp } from 'bson'
import type { Collation } from '../bson/collation.ts'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber, toDouble } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { compileSchema } from './json-schema.ts'
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
import { each, holdsAt, NO_PATH, none, type PathTest, some, type ValueTest, whole } from './path-tests.ts'
import { anyAtPath, type MatchDetails, splitPath } from './paths.ts'
import { checkRegexOptions } from './regex.ts'

export type Variables = ReadonlyMap<string, Value>

/** Turns an aggregation expression into a function of a document; given by whoever owns expressions. */
export type ExpressionCompiler = (expression: Value, variables: Variables) => (doc: Doc) => Value | undefined

export interface FilterOptions {
  readonly collation?: Collation | undefined
  readonly variables?: Variables | undefined
  readonly expression?: ExpressionCompiler | undefined
  /** Whether there is an expression operator of this name. */
  readonly isExpression?: ((name: string) => boolean) | undefined
  /** Answers `$text`, which only an index can. Without it `$text` is refused. */
  readonly text?: ((doc: Doc) => boolean) | undefined
}

/** A filter, ready to be asked. */
export interface CompiledFilter {
  readonly source: Doc
  readonly hasText: boolean
  matches(doc: Doc): boolean
  /** As `matches`, and tells the array element that the match came through. */
  match(doc: Doc): MatchDetails | null
}

type Test = (doc: Doc, details: MatchDetails | undefined) => boolean
/**
 * Compiles a filter of MongoDB's query language.
 * @throws MongoServerFault for what is malformed or not supported, with MongoDB's code
 */
export function compileFilter(filter: Doc, options: FilterOptions = {}): CompiledFilter {
  const compiler = new FilterCompiler(options)
  const test = compiler.filter(filter)
  return {
    source: filter,
    hasText: compiler.hasText,
    matches: (doc) => test(doc, undefined),
    match: (doc) => {
      const details: MatchDetails = { arrayIndex: undefined }
      return test(doc, details) ? details : null
    },
  }
}

/** Compiles the condition of `$pull` and `$elemMatch`-like places on single values: operators, or a filter on documents. */
export function compileElementTest(condition: Value, options: FilterOptions): (value: Value) => boolean {
  const compiler = new FilterCompiler(options)
  if (condition instanceof BSONRegExp) {
    const test = compiler.equality(condition)
    return (value) => test(value, undefined)
  }
  if (!(condition instanceof Map)) {
    const test = equalTo(condition, options.collation)
    return (value) => test(value)
  }
  if (isOperators(condition)) {
    const tests = compiler.operators(condition)
    return (value) => tests.every((test) => holdsAt(test, value, NO_PATH, undefined))
  }
  const test = compiler.filter(condition)
  return (value) => value instanceof Map && test(value, undefined)
}

/** Whether a document holds operators rather than fields. */
export function isOperators(value: Value | undefined): value is Doc {
  if (!(value instanceof Map)) return false
  const [first] = value.keys()
  return first?.startsWith('$') === true && first !== '$ref' && first !== '$id' && first !== '$db'
}

const LOGICAL_IN_ELEMENT = new Set(['$and', '$or', '$nor', '$where', '$expr', '$jsonSchema'])

class FilterCompiler {
  hasText = false
  private readonly options: FilterOptions
  /** Whether an array stands for its elements; not for the elements that `$elemMatch` asks. */
  private opensArrays = true
  /** Why `$text` may not stand where the compiler is, if it may not. */
  private refusesText: string | undefined

  constructor(options: FilterOptions) {
    this.options = options
  }

  filter(filter: Doc): Test {
    const tests: Test[] = []
    for (const [name, condition] of filter) {
      const test = name.startsWith('$') ? this.topLevel(name, condition) : this.field(name, condition)
      if (test !== undefined) tests.push(test)
    }
    const [only] = tests
    if (tests.length === 1 && only !== undefined) return only
    return (doc, details) => tests.every((test) => test(doc, details))
  }

  private topLevel(name: string, argument: Value): Test | undefined {
    switch (name) {
      case '$and':
      case '$or':
      case '$nor':
        return this.logical(name, argument)
      case '$expr':
        return this.expr(argument)
      case '$comment':
        return undefined
      case '$text':
        return this.text()
      case '$jsonSchema':
        return compileSchema(argument)
      case '$alwaysTrue':
        return () => true
      case '$alwaysFalse':
        return () => false
      case '$sampleRate':
        return sampling(argument)
      case '$where':
        throw new MongoServerFault('CommandNotSupported', `${name} is not supported by this server`)
      default:
        throw new MongoServerFault(
          'BadValue',
          `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
        )
    }
  }

  private logical(name: '$and' | '$or' | '$nor', argument: Value): Test {
    if (!Array.isArray(argument)) throw new MongoServerFault('BadValue', `${name} must be an array`)
    if (argument.length === 0)
      throw new MongoServerFault('BadValue', '$and/$or/$nor must be a nonempty array')
    const why = name === '$nor' ? 'text expression not allowed in nor' : this.refusesText
    const tests = argument.map((clause) => {
      if (!(clause instanceof Map))
        throw new MongoServerFault('BadValue', '$or/$and/$nor entries need to be full objects')
      return this.refusingText(why, () => this.filter(clause))
    })
    if (name === '$and') return (doc, details) => tests.every((test) => test(doc, details))
    if (name === '$or') return (doc, details) => tests.some((test) => test(doc, details))
    return (doc) => !tests.some((test) => test(doc, undefined))
  }

  private expr(argument: Value): Test {
    const { expression } = this.options
    if (expression === undefined) throw new MongoServerFault(168, '$expr is not allowed in this context')
    const evaluate = expression(argument, this.options.variables ?? new Map())
    return (doc) => isTrue(evaluate(doc))
  }

  private text(): Test {
    if (this.hasText) throw new MongoServerFault('BadValue', 'Too many text expressions')
    if (this.refusesText !== undefined) throw new MongoServerFault('BadValue', this.refusesText)
    this.hasText = true
    const { text } = this.options
    if (text === undefined) return () => true
    return (doc) => text(doc)
  }

  private field(path: string, condition: Value): Test {
    const parts = splitPath(path)
    if (!isOperators(condition)) {
      const test = this.equality(condition)
      const [name] = parts
      if (parts.length === 1 && name !== undefined) return (doc, details) => test(doc.get(name), details)
      return (doc, details) => anyAtPath(doc, parts, 0, details, test)
    }
    const tests = this.operators(condition)
    return (doc, details) => tests.every((test) => holdsAt(test, doc, parts, details))
  }

  equality(target: Value): ValueTest {
    if (target instanceof BSONRegExp) return this.each(matchingRegex(target.pattern, target.options, target))
    return this.each(equalTo(target, this.options.collation))
  }

  /** The tests of `{ $gt: 1, $lt: 5 }`, all of which must hold, each perhaps through another array element. */
  operators(condition: Doc): PathTest[] {
    const tests: PathTest[] = []
    for (const [operator, argument] of condition) {
      if (operator === '$options') {
        if (!condition.has('$regex')) throw new MongoServerFault('BadValue', '$options needs a $regex')
        continue
      }
      if (operator === '$comment') continue
      if (operator === '$all') tests.push(...this.all(argument).map(some))
      else tests.push(this.operator(operator, argument, condition))
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
        return this.regex(argument, all.get('$options'))
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

  private regex(argument: Value, options: Value | undefined): ValueTest {
    if (options !== undefined && typeof options !== 'string')
      throw new MongoServerFault('BadValue', '$options has to be a string')
    if (argument instanceof BSONRegExp) {
      if (options !== undefined && argument.options !== '')
        throw new MongoServerFault(51075, 'options set in both $regex and $options')
      return this.each(matchingRegex(argument.pattern, options ?? argument.options))
    }
    if (typeof argument !== 'string') throw new MongoServerFault('BadValue', '$regex has to be a string')
    checkRegexOptions(options ?? '')
    return this.each(matchingRegex(argument, options ?? '', new BSONRegExp(argument, options ?? '')))
  }

  private not(argument: Value): PathTest {
    if (argument instanceof BSONRegExp) return none(this.equality(argument))
    if (!(argument instanceof Map)) throw new MongoServerFault('BadValue', '$not needs a regex or a document')
    if (argument.size === 0) throw new MongoServerFault('BadValue', '$not cannot be empty')
    if (!isOperators(argument))
      throw new MongoServerFault('BadValue', `unknown operator: ${firstKey(argument)}`)
    return { holds: 'not-all', tests: this.operators(argument) }
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
    const [first] = argument.keys()
    const onValues = isOperators(argument) && first !== undefined && !LOGICAL_IN_ELEMENT.has(first)
    const test = onValues ? this.onValues(argument) : this.onDocuments(argument)
    return (value, details) => {
      if (!Array.isArray(value)) return false
      const index = value.findIndex(test)
      if (index >= 0 && details !== undefined) details.arrayIndex = index
      return index >= 0
    }
  }

  private onValues(condition: Doc): (element: Value) => boolean {
    const tests = this.opening(false, () => this.operators(condition))
    return (element) => tests.every((test) => holdsAt(test, element, NO_PATH, undefined))
  }

  private onDocuments(filter: Doc): (element: Value) => boolean {
    const why = '$text can only be applied to the top-level document'
    const test = this.opening(true, () => this.refusingText(why, () => this.filter(filter)))
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

  private refusingText<T>(why: string | undefined, compile: () => T): T {
    const before = this.refusesText
    this.refusesText = why
    const compiled = compile()
    this.refusesText = before
    return compiled
  }

  private each(test: LeafTest): ValueTest {
    return this.opensArrays ? each(test) : whole(test)
  }
}

/** Lets a share of all documents through, by chance. */
function sampling(argument: Value): Test {
  const rate = isNumber(argument) ? toDouble(argument) : Number.NaN
  if (!(rate >= 0 && rate <= 1))
    throw new MongoServerFault('BadValue', 'numeric argument to $sampleRate must be in [0, 1]')
  return () => Math.random() < rate
}

function listFor(operator: string, argument: Value): Value[] {
  if (!Array.isArray(argument)) throw new MongoServerFault('BadValue', `${operator} needs an array`)
  if (argument.some((item) => isOperators(item)))
    throw new MongoServerFault('BadValue', `cannot nest $ under ${operator}`)
  return argument
}

function firstKey(doc: Doc): string {
  return doc.keys().next().value ?? ''
}

/** What a condition counts as true: anything but false, null, undefined, missing and zero. */
export function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false) return false
  return isNumber(value) ? toDouble(value) !== 0 : !(typeof value === 'object' && 'bsonType' in value)
}
