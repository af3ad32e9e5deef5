import { MongoServerFault } from '../errors.ts'

const BAD_REGEX = 51091
const OPTIONS = /^[imsxu]*$/

/** @throws MongoServerFault for options that MongoDB does not know */
export function checkRegexOptions(options: string): void {
  if (!OPTIONS.test(options)) throw new MongoServerFault(51108, `invalid flag in regex options: ${options}`)
}

/**
 * A PCRE pattern with MongoDB's options as a RegExp of JavaScript. What JavaScript's engine lacks (recursion,
 * possessive quantifiers) is refused, as is a pattern that is broken.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  checkRegexOptions(options)
  if (pattern.includes('\0'))
    throw new MongoServerFault('BadValue', 'Regular expression cannot contain an embedded null byte')
  let source = pattern
  let flags = [...options].filter((flag) => 'ims'.includes(flag)).join('')
  const inline = /^\(\?([imsx]+)\)/.exec(source)
  if (inline?.[1] !== undefined) {
    source = source.slice(inline[0].length)
    flags += inline[1].replace('x', '')
  }
  if (options.includes('x') || inline?.[1]?.includes('x') === true) source = withoutComments(source)
  source = source
    .replace(/\\A/g, '^')
    .replace(/\\[zZ]/g, '$')
    .replace(/\(\?P</g, '(?<')
    .replace(/\[\[:(\w+):\]\]/g, (whole, name: string) => POSIX[name] ?? whole)
  const unique = [...new Set(flags)].join('')
  for (const mode of ['u', '']) {
    try {
      return new RegExp(source, unique + mode)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  throw new MongoServerFault(BAD_REGEX, `Regular expression is invalid: ${pattern}`)
}

const POSIX: Readonly<Record<string, string>> = {
  alpha: '[A-Za-z]',
  digit: '[0-9]',
  alnum: '[A-Za-z0-9]',
  space: '\\s',
  upper: '[A-Z]',
  lower: '[a-z]',
  punct: '[!-\\/:-@\\[-`{-~]',
}

/** With the option x, blanks and comments outside classes count for nothing. */
function withoutComments(source: string): string {
  let result = ''
  let inClass = false
  for (let index = 0; index < source.length; index += 1) {
    const character = source[index] ?? ''
    if (character === '\\') {
      result += character + (source[index + 1] ?? '')
      index += 1
    } else if (inClass) {
      if (character === ']') inClass = false
      result += character
    } else if (character === '[') {
      inClass = true
      result += character
    } else if (character === '#') {
      const end = source.indexOf('\n', index)
      index = end < 0 ? source.length : end
    } else if (!/\s/.test(character)) result += character
  }
  return result
}
