import { BSONRegExp } from 'bson'
import type { Collation } from '../bson/collation.ts'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber, toDouble } from '../bson/numbers.ts'
import { MongoServerFault } from '../errors.ts'
import { asksElementItself, FieldConditions, isOperators, isTrue } from './field-conditions.ts'
import { compileSchema } from './json-schema.ts'
import { equalTo, oneOf } from './leaf-tests.ts'
import { byRank, type RankedTest, rankOf } from './match-order.ts'
import { each, holdsAt, NO_PATH } from './path-tests.ts'
import { anyAtPath, type MatchDetails, splitPath } from './paths.ts'

export { isOperators, isTrue } from './field-conditions.ts'

/** The values of variables; undefined is a variable that holds nothing. */
export type Variables = ReadonlyMap<string, Value | undefined>

/** Turns an aggregation expression into a function of a document; given by whoever owns expressions. */
export type ExpressionCompiler = (expression: Value, variables: Variables) => (doc: Doc) => Value | undefined

export interface FilterOptions {
  readonly collation?: Collation | undefined
  readonly variables?: Variables | undefined
  readonly expression?: ExpressionCompiler | undefined
  /** Whether there is an expression operator of this name. */
  readonly isExpression?: ((name: string) => boolean) | undefined
  /** Where the filter stands, if it is one in which `$expr` may not. */
  readonly within?: 'arrayFilters' | '$pull' | '$elemMatch projection' | undefined
  /** Answers `$text`, which only an index can. Without it `$text` is refused. */
  readonly text?: ((doc: Doc) => boolean) | undefined
}

/** A filter, ready to be asked. */
export interface CompiledFilter {
  readonly source: Doc
  readonly hasText: boolean
  readonly hasExpr: boolean
  matches(doc: Doc): boolean
  /** As `matches`, and tells the array element that the match came through. */
  match(doc: Doc): MatchDetails | null
}

/** A question to a whole document. */
export type Test = (doc: Doc, details: MatchDetails | undefined) => boolean
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
    hasExpr: compiler.hasExpr,
    matches: (doc) => test(doc, undefined),
    match: (doc) => {
      const details: MatchDetails = { arrayIndex: undefined }
      return test(doc, details) ? details : null
    },
  }
}

/** Compiles the condition of `$pull` and `$elemMatch`-like places on single values: operators, or a filter on documents. */
export function compileElementTest(condition: Value, options: FilterOptions): (value: Value) => boolean {
  const compiler = new FilterCompiler({ ...options, within: '$pull' })
  if (condition instanceof BSONRegExp) {
    const test = compiler.conditions.equality(condition)
    return (value) => test(value, undefined)
  }
  if (!(condition instanceof Map)) {
    const test = equalTo(condition, options.collation)
    return (value) => test(value)
  }
  if (asksElementItself(condition)) {
    const tests = compiler.conditions.operators(condition)
    return (value) => tests.every(({ test }) => holdsAt(test, value, NO_PATH, undefined))
  }
  const test = compiler.filter(condition)
  return (value) => value instanceof Map && test(value, undefined)
}

class FilterCompiler {
  hasText = false
  hasExpr = false
  readonly conditions: FieldConditions
  private readonly options: FilterOptions
  /** Whether the compiler is within `$elemMatch`. */
  private inElement = false
  /** Why `$text` may not stand where the compiler is, if it may not. */
  private refusesText: string | undefined

  constructor(options: FilterOptions) {
    this.options = options
    this.conditions = new FieldConditions(options, (filter) => this.onElement(filter))
  }

  filter(filter: Doc): Test {
    return inOrder(this.ranked(filter))
  }

  /** The filter's conditions, those within `$and` too. */
  private ranked(filter: Doc): RankedTest[] {
    const tests: RankedTest[] = []
    for (const [name, condition] of filter) {
      if (name === '$and') tests.push(...this.clauses(name, condition).flat())
      else if (!name.startsWith('$')) tests.push(...this.field(name, condition))
      else {
        const test = this.topLevel(name, condition)
        if (test !== undefined) tests.push({ rank: rankOf(name), path: '', test })
      }
    }
    return tests
  }

  private onElement(filter: Doc): Test {
    const before = this.inElement
    this.inElement = true
    const test = this.refusingText('$text can only be applied to the top-level document', () =>
      this.filter(filter),
    )
    this.inElement = before
    return test
  }

  private topLevel(name: string, argument: Value): Test | undefined {
    switch (name) {
      case '$or':
        return this.or(argument)
      case '$nor': {
        const tests = this.clauses(name, argument).map(inOrder)
        return (doc) => !tests.some((test) => test(doc, undefined))
      }
      case '$expr':
        return this.expr(argument)
      case '$where':
        this.atTopLevel(name)
        throw new MongoServerFault('CommandNotSupported', `${name} is not supported by this server`)
      case '$comment':
        return undefined
      case '$text':
        return this.text()
      case '$jsonSchema':
        if (this.options.within === '$elemMatch projection')
          throw new MongoServerFault('QueryFeatureNotAllowed', '$jsonSchema is not allowed in this context')
        return compileSchema(argument)
      case '$alwaysTrue':
        return () => true
      case '$alwaysFalse':
        return () => false
      case '$sampleRate':
        return sampling(argument)
      default:
        throw new MongoServerFault(
          'BadValue',
          `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
        )
    }
  }

  private clauses(name: '$and' | '$or' | '$nor', argument: Value): RankedTest[][] {
    if (!Array.isArray(argument)) throw new MongoServerFault('BadValue', `${name} must be an array`)
    if (argument.length === 0)
      throw new MongoServerFault('BadValue', '$and/$or/$nor must be a nonempty array')
    const why = name === '$nor' ? 'text expression not allowed in nor' : this.refusesText
    return argument.map((clause) => {
      if (!(clause instanceof Map))
        throw new MongoServerFault('BadValue', '$or/$and/$nor entries need to be full objects')
      return this.refusingText(why, () => this.ranked(clause))
    })
  }

  /** Which clause of several held tells no array element, but equalities on one path are as `$in`. */
  private or(argument: Value): Test {
    const clauses = this.clauses('$or', argument)
    const tests = clauses.map(inOrder)
    const [only] = tests
    if (only !== undefined && tests.length === 1) return only
    const path = commonEqualityPath(argument)
    if (path !== undefined && Array.isArray(argument)) {
      const values = argument.flatMap((clause) => (clause instanceof Map ? [...clause.values()] : []))
      const parts = splitPath(path)
      const among = each(oneOf(values, this.options.collation))
      return (doc, details) => anyAtPath(doc, parts, 0, details, among)
    }
    return (doc) => tests.some((test) => test(doc, undefined))
  }

  private expr(argument: Value): Test {
    const { expression } = this.options
    this.hasExpr = true
    this.atTopLevel('$expr')
    if (this.options.within === 'arrayFilters' || this.options.within === '$pull')
      throw new MongoServerFault('QueryFeatureNotAllowed', '$expr is not allowed in this context')
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

  private atTopLevel(operator: string): void {
    if (!this.inElement) return
    throw new MongoServerFault('BadValue', `${operator} can only be applied to the top-level document`)
  }

  private field(path: string, condition: Value): RankedTest[] {
    const parts = splitPath(path)
    if (isOperators(condition)) {
      return this.conditions.operators(condition).map(({ operator, test }) => ({
        rank: rankOf(operator, test),
        path,
        test: (doc, details) => holdsAt(test, doc, parts, details),
      }))
    }
    const test = this.conditions.equality(condition)
    const rank = rankOf(condition instanceof BSONRegExp ? '$regex' : '$eq')
    const [name] = parts
    if (parts.length === 1 && name !== undefined)
      return [{ rank, path, test: (doc, details) => test(doc.get(name), details) }]
    return [{ rank, path, test: (doc, details) => anyAtPath(doc, parts, 0, details, test) }]
  }

  private refusingText<T>(why: string | undefined, compile: () => T): T {
    const before = this.refusesText
    this.refusesText = why
    const compiled = compile()
    this.refusesText = before
    return compiled
  }
}

function inOrder(tests: readonly RankedTest[]): Test {
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only.test
  const ordered = byRank(tests).map(({ test }) => test)
  return (doc, details) => ordered.every((test) => test(doc, details))
}

/** The path that all clauses of a `$or` ask for equality, and nothing else. */
function commonEqualityPath(clauses: Value): string | undefined {
  if (!Array.isArray(clauses)) return undefined
  const paths = clauses.map((clause) => {
    const [entry, ...others] = clause instanceof Map ? clause : []
    if (entry === undefined || others.length > 0 || entry[0].startsWith('$')) return undefined
    return isOperators(entry[1]) ? undefined : entry[0]
  })
  return new Set(paths).size === 1 ? paths[0] : undefined
}

/** Lets a share of all documents through, by chance. */
function sampling(argument: Value): Test {
  const rate = isNumber(argument) ? toDouble(argument) : Number.NaN
  if (!(rate >= 0 && rate <= 1))
    throw new MongoServerFault('BadValue', 'numeric argument to $sampleRate must be in [0, 1]')
  return () => Math.random() < rate
}
