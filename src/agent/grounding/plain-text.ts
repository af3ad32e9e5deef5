const MARKDOWN_LINK = /!?\[([^\]]*)\]\([^)]*\)/g
const TAG = /<\/?[a-z!][^>]*>/gi
const EMPHASIS = /(\*\*|__|~~|`{1,3})(?=\S)([\s\S]*?\S)\1/g
const HEADING = /^#{1,6}\s+/gm
// Control characters and those that turn the direction of writing have no place in an answer.
const UNSEEN = /[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu

/** An answer as plain text: no markup, no markup's links, no unseen characters but line ends. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (character) => (character === '\n' ? character : ''))
    .replace(MARKDOWN_LINK, '$1')
    .replace(TAG, '')
    .replace(EMPHASIS, '$2')
    .replace(HEADING, '')
}
