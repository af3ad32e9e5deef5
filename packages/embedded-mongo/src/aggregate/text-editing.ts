import type { Value } from '../bson/document.ts'
import { typeName } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { compileNamed, constant, folded, namedArguments } from './operator.ts'
import type { OperatorCompiler } from './scope.ts'
import { describe, isNullish } from './values.ts'

const WHITESPACE = new Set(
  '\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
)

function trimmed(text: string, set: ReadonlySet<string>, left: boolean, right: boolean): string {
  const points = [...text]
  let from = 0
  let to = points.length
  if (left) while (from < to && set.has(points[from] ?? '')) from += 1
  if (right) while (to > from && set.has(points[to - 1] ?? '')) to -= 1
  return points.slice(from, to).join('')
}

function trim(name: string, left: boolean, right: boolean): OperatorCompiler {
  return (argument, scope) => {
    const named = namedArguments(argument, ['input', 'chars'], {
      notObject: [50696, `${name} only supports an object as an argument, found ${typeName(argument)}`],
      unknown: (unknown) => [50694, `${name} found an unknown argument: ${unknown}`],
      missing: { input: [50695, `${name} requires an 'input' field`] },
    })
    const operands = compileNamed(named, scope)
    const input = operands.get('input') ?? constant(undefined)
    const chars = operands.get('chars')
    return folded(
      (root) => {
        const text = input.evaluate(root)
        if (isNullish(text)) return null
        if (typeof text !== 'string') throw notText(50699, name, 'its input', text)
        if (chars === undefined) return trimmed(text, WHITESPACE, left, right)
        const set = chars.evaluate(root)
        if (isNullish(set)) return null
        if (typeof set !== 'string') throw notText(50700, name, "'chars'", set)
        return trimmed(text, new Set(set), left, right)
      },
      [...operands.values()],
      scope,
    )
  }
}

function notText(code: number, name: string, what: string, value: Value): MongoServerFault {
  return new MongoServerFault(
    code,
    `${name} requires ${what} to be a string, got ${describe(value)} (of type ${typeName(value)}) instead.`,
  )
}

function replacing(
  name: string,
  replace: (input: string, find: string, replacement: string) => string,
): OperatorCompiler {
  return (argument, scope) => {
    const named = namedArguments(argument, ['input', 'find', 'replacement'], {
      notObject: [51751, `${name} requires an object as an argument, found: ${typeName(argument)}`],
      unknown: (unknown) => [51750, `${name} found an unknown argument: ${unknown}`],
      missing: {
        input: [51749, `${name} requires 'input' to be specified`],
        find: [51748, `${name} requires 'find' to be specified`],
        replacement: [51747, `${name} requires 'replacement' to be specified`],
      },
    })
    const operands = compileNamed(named, scope)
    const parts = (['input', 'find', 'replacement'] as const).map((part, index) => {
      const operand = operands.get(part) ?? constant(undefined)
      return { part, code: 51746 - index, evaluate: operand.evaluate }
    })
    return folded(
      (root) => {
        const texts = parts.map(({ part, code, evaluate }) => {
          const value = evaluate(root)
          if (typeof value === 'string') return value
          if (isNullish(value)) return null
          throw new MongoServerFault(
            code,
            `${name} requires that '${part}' be a string, found: ${describe(value)}`,
          )
        })
        const [input, find, replacement] = texts
        if (typeof input !== 'string' || typeof find !== 'string' || typeof replacement !== 'string')
          return null
        return replace(input, find, replacement)
      },
      [...operands.values()],
      scope,
    )
  }
}

export const textEditingOperators: Readonly<Record<string, OperatorCompiler>> = {
  $trim: trim('$trim', true, true),
  $ltrim: trim('$ltrim', true, false),
  $rtrim: trim('$rtrim', false, true),
  $replaceOne: replacing('$replaceOne', (input, find, replacement) => input.replace(find, () => replacement)),
  $replaceAll: replacing('$replaceAll', (input, find, replacement) =>
    find === ''
      ? replacement + [...input].map((point) => point + replacement).join('')
      : input.split(find).join(replacement),
  ),
}
