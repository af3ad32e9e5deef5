import { MongoServerFault } from '../errors.ts'
import { RegexTranslation, unreadable } from './regex-translation.ts'

const OPTIONS = /^[imsxu]*$/
/** PCRE's bound. */
const LONGEST = 32_764

/** @throws MongoServerFault for options that MongoDB does not know */
export function checkRegexOptions(options: string): void {
  if (!OPTIONS.test(options)) throw new MongoServerFault(51108, `invalid flag in regex options: ${options}`)
}

/**
 * A PCRE pattern with MongoDB's options as a RegExp of JavaScript. What JavaScript's engine lacks (recursion,
 * atomic groups, possessive quantifiers, conditions) is refused, as is a pattern that is broken.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  checkRegexOptions(options)
  if (pattern.includes('\0'))
    throw new MongoServerFault('BadValue', 'Regular expression cannot contain an embedded null byte')
  if (pattern.length > LONGEST) throw unreadable(`${pattern.slice(0, 20)}... is too large`)
  const inline = /^\(\?([imsx]+)\)/.exec(pattern)
  const asked = options + (inline?.[1] ?? '')
  const body = inline === null ? pattern : pattern.slice(inline[0].length)
  const { result } = new RegexTranslation(asked.includes('x') ? withoutComments(body) : body, {
    multiline: asked.includes('m'),
    dotAll: asked.includes('s'),
  })
  const flags = [...new Set(asked)].filter((flag) => 'ims'.includes(flag)).join('')
  // without the mode u, properties of characters would be read as letters
  for (const mode of /\\[pP]\{/.test(result) ? ['u'] : ['u', '']) {
    try {
      return new RegExp(result, flags + mode)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  throw unreadable(pattern)
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
