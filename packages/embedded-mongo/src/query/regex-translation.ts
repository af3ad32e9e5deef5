import { MongoServerFault } from '../errors.ts'

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  space: '\\t-\\r ',
  upper: 'A-Z',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`{-~',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
  blank: ' \\t',
}
/** The end of the text, or what is before the newline at its end. */
const END = '(?=\\n?(?![^]))'
/** JavaScript counts blanks beyond ASCII too. */
const BLANKS = '\\t-\\r '
const NO_BLANKS = '\\S\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff'
const ESCAPES: Readonly<Record<string, string>> = {
  A: '(?<![^])',
  z: '(?![^])',
  Z: END,
  h: '[ \\t]',
  H: '[^ \\t]',
  s: `[${BLANKS}]`,
  S: `[${NO_BLANKS}]`,
  R: '(?:\\r\\n|\\n|\\r|\\f|\\v)',
  a: '\\x07',
  e: '\\x1b',
}
const ESCAPES_IN_CLASSES: Readonly<Record<string, string>> = {
  s: BLANKS,
  S: NO_BLANKS,
  a: '\\x07',
  e: '\\x1b',
}
/** What these mean in PCRE has no like in JavaScript, which would read them as letters or otherwise. */
const FOREIGN = /^[GXCKQEgN]$/

/** Writes a pattern of PCRE, its comments taken out, as one of JavaScript that means the same. */
export class RegexTranslation {
  readonly #source: string
  readonly #options: { readonly multiline: boolean; readonly dotAll: boolean }
  /** For each open group, the flags that were switched within it and hold to its end. */
  readonly #switched: string[][] = [[]]
  #at = 0
  #result = ''

  constructor(source: string, options: { readonly multiline: boolean; readonly dotAll: boolean }) {
    this.#source = source.replace(/^\(\*UTF8?\)/, '')
    this.#options = options
  }

  get result(): string {
    while (this.#at < this.#source.length) this.#step()
    return this.#result + this.#closing()
  }

  #step(): void {
    const character = this.#source[this.#at] ?? ''
    this.#at += 1
    if (character === '\\') this.#escape(false)
    else if (character === '[') this.#class()
    else if (character === '(') this.#group()
    else if (character === ')') {
      this.#result += `${this.#closing()})`
      if (this.#switched.length > 1) this.#switched.pop()
    } else if (character === '|') this.#result += `${this.#closing()}|${this.#opening()}`
    else if (character === '.' && !this.#options.dotAll && !this.#switches('s')) this.#result += '[^\\n]'
    else if (character === '$' && !this.#options.multiline && !this.#switches('m')) this.#result += END
    else this.#result += character
  }

  #escape(inClass: boolean): void {
    const letter = this.#source[this.#at] ?? ''
    this.#at += 1
    if (FOREIGN.test(letter) && !inClass) throw unreadable(this.#source)
    if (letter === 'p' || letter === 'P') this.#property(letter)
    else this.#result += (inClass ? ESCAPES_IN_CLASSES : ESCAPES)[letter] ?? `\\${letter}`
  }

  /** `\p{Han}` is `\p{Script=Han}` for JavaScript. */
  #property(letter: string): void {
    const [whole, braced, single] = /^(?:\{(\^?[\w&]+)\}|([A-Z]))/.exec(this.#source.slice(this.#at)) ?? []
    const name = braced ?? single
    if (whole === undefined || name === undefined) throw unreadable(this.#source)
    this.#at += whole.length
    const isCategory = /^(?:[A-Z][a-z]?|Any)$/.test(name)
    this.#result += `\\${letter}{${isCategory ? name : `Script=${name}`}}`
  }

  #class(): void {
    this.#result += '['
    if (this.#source[this.#at] === '^') {
      this.#result += '^'
      this.#at += 1
    }
    for (let first = true; this.#at < this.#source.length; first = false) {
      const character = this.#source[this.#at] ?? ''
      const posix = /^\[:(\w+):\]/.exec(this.#source.slice(this.#at))
      const named = POSIX[posix?.[1] ?? '']
      if (posix !== null && named !== undefined) {
        this.#result += named
        this.#at += posix[0].length
        continue
      }
      this.#at += 1
      if (character === '\\') this.#escape(true)
      else if (character === ']' && !first) {
        this.#result += ']'
        return
      } else this.#result += '[]'.includes(character) ? `\\${character}` : character
    }
    throw unreadable(this.#source)
  }

  #group(): void {
    const rest = this.#source.slice(this.#at)
    const flags = /^\?([ims]*(?:-[ims]+)?)\)/.exec(rest)?.[1]
    const scoped = /^\?([ims]+(?:-[ims]+)?|-[ims]+):/.exec(rest)
    const reference = /^\?P=(\w+)\)/.exec(rest)
    if (flags !== undefined) {
      this.#at += flags.length + 2
      if (flags === '') return
      this.#switched.at(-1)?.push(flags)
      this.#result += `(?${flags}:`
    } else if (scoped !== null) {
      this.#at += scoped[0].length
      this.#switched.push([scoped[1] ?? ''])
      this.#result += `(?:${this.#opening()}`
    } else if (reference !== null) {
      this.#at += reference[0].length
      this.#result += `\\k<${reference[1]}>`
    } else {
      if (/^(?:\?[>(&|#R]|\?\d|\?P>|\*)/.test(rest)) throw unreadable(this.#source)
      this.#switched.push([])
      this.#result += '('
      if (rest.startsWith('?P<')) {
        this.#result += '?<'
        this.#at += 3
      }
    }
  }

  #switches(flag: string): boolean {
    const latest = this.#switched.flat().findLast((flags) => flags.includes(flag))
    return (
      latest !== undefined &&
      !latest.slice(latest.indexOf('-') < 0 ? latest.length : latest.indexOf('-')).includes(flag)
    )
  }

  #opening(): string {
    return (this.#switched.at(-1) ?? []).map((flags) => `(?${flags}:`).join('')
  }

  #closing(): string {
    return ')'.repeat(this.#switched.at(-1)?.length ?? 0)
  }
}

export function unreadable(pattern: string): MongoServerFault {
  return new MongoServerFault(51091, `Regular expression is invalid: ${pattern}`)
}
