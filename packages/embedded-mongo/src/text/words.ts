const WORD = /[\p{L}\p{N}_]+(?:['’][\p{L}\p{N}_]+)*/gu
const MARKS = /\p{M}/gu

/** The words of a text, in order. */
export function wordsOf(text: string): readonly string[] {
  return text.match(WORD) ?? []
}

/** A text without the differences that a search is to overlook. */
export function fold(
  text: string,
  {
    caseSensitive,
    diacriticSensitive,
  }: { readonly caseSensitive: boolean; readonly diacriticSensitive: boolean },
): string {
  const cased = caseSensitive ? text : text.toLowerCase()
  return diacriticSensitive
    ? cased.normalize('NFC')
    : cased.normalize('NFD').replace(MARKS, '').normalize('NFC')
}
