import { BSONRegExp, Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { compileRegex } from '../query/regex.ts'
import { compileNamed, constant, folded, namedArguments } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { codePointsIn } from './strings.ts'
import { isNullish } from './values.ts'

function build(name: string, regex: Value | undefined, options: Value | undefined): RegExp | undefined {
  if (!isNullish(regex) && typeof regex !== 'string' && !(regex instanceof BSONRegExp)) {
    throw new MongoServerFault(51105, `${name} needs 'regex' to be of type string or regex`)
  }
  if (!isNullish(options) && typeof options !== 'string') {
    throw new MongoServerFault(51106, `${name} needs 'options' to be of type string`)
  }
  if (regex instanceof BSONRegExp && regex.options !== '' && !isNullish(options)) {
    throw new MongoServerFault(
      51107,
      `${name}: found regex option(s) specified in both 'regex' and 'option' fields`,
    )
  }
  if (isNullish(regex)) return undefined
  const pattern = typeof regex === 'string' ? regex : regex.pattern
  const flags = typeof options === 'string' ? options : typeof regex === 'string' ? '' : regex.options
  if (pattern.includes('\0')) {
    throw new MongoServerFault(51109, `${name}: regular expression cannot contain an embedded null byte`)
  }
  if (flags.includes('\0')) {
    throw new MongoServerFault(
      51110,
      `${name}: regular expression options cannot contain an embedded null byte`,
    )
  }
  const compiled = compilePattern(name, pattern, flags)
  return new RegExp(compiled.source, `${compiled.flags}g`)
}

function compilePattern(name: string, pattern: string, flags: string): RegExp {
  try {
    return compileRegex(pattern, flags)
  } catch (error) {
    if (!(error instanceof MongoServerFault) || error.code === 51108) throw error
    throw new MongoServerFault(51111, `Invalid Regex in ${name}: ${error.message}`)
  }
}

function described(input: string, match: RegExpExecArray): Doc {
  return new Map<string, Value>([
    ['match', match[0]],
    ['idx', new Int32(codePointsIn(input.slice(0, match.index)))],
    ['captures', match.slice(1).map((capture: string | undefined) => capture ?? null)],
  ])
}

function first(regex: RegExp, input: string): RegExpExecArray | null {
  regex.lastIndex = 0
  return regex.exec(input)
}

function all(regex: RegExp, input: string): Value {
  const found: Value[] = []
  for (let match = first(regex, input); match !== null; match = regex.exec(input)) {
    found.push(described(input, match))
    if (match[0] === '')
      regex.lastIndex = match.index + ((input.codePointAt(match.index) ?? 0) > 0xffff ? 2 : 1)
    if (regex.lastIndex >= input.length) break
  }
  return found
}

function regexOperator(
  name: string,
  none: () => Value,
  apply: (regex: RegExp, input: string) => Value,
): OperatorCompiler {
  return (argument, scope) => {
    const named = namedArguments(argument, ['input', 'regex', 'options'], {
      notObject: [51103, `${name} expects an object of named arguments but found: ${typeName(argument)}`],
      unknown: (unknown) => [31024, `${name} found an unknown argument: ${unknown}`],
      missing: {
        input: [31022, `${name} requires 'input' parameter`],
        regex: [31023, `${name} requires 'regex' parameter`],
      },
    })
    const operands = compileNamed(named, scope)
    const input = operands.get('input') ?? constant(undefined)
    const regex = operands.get('regex') ?? constant(undefined)
    const options = operands.get('options') ?? constant(undefined)
    const fixed = scope.folds && regex.constant && options.constant
    const nothing = new Map()
    const ready = fixed ? build(name, regex.evaluate(nothing), options.evaluate(nothing)) : undefined
    return folded(
      (root) => {
        const text = input.evaluate(root)
        if (!isNullish(text) && typeof text !== 'string') {
          throw new MongoServerFault(51104, `${name} needs 'input' to be of type string`)
        }
        const pattern = fixed ? ready : build(name, regex.evaluate(root), options.evaluate(root))
        return isNullish(text) || pattern === undefined ? none() : apply(pattern, text)
      },
      [...operands.values()],
      scope,
    )
  }
}

export const regexOperators: Readonly<Record<string, OperatorCompiler>> = {
  $regexMatch: regexOperator(
    '$regexMatch',
    () => false,
    (regex, input) => first(regex, input) !== null,
  ),
  $regexFind: regexOperator(
    '$regexFind',
    () => null,
    (regex, input) => {
      const match = first(regex, input)
      return match === null ? null : described(input, match)
    },
  ),
  $regexFindAll: regexOperator('$regexFindAll', () => [], all),
}
