/** Something that an answer says and that must come from somewhere. */
export type Claim =
  | { readonly type: 'amount'; readonly major: number; readonly discount: boolean }
  | { readonly type: 'percent'; readonly value: number; readonly discount: boolean }
  | { readonly type: 'stock' | 'points' | 'rating'; readonly value: number }
  | { readonly type: 'code'; readonly value: string }
  | { readonly type: 'name'; readonly value: string }
  | { readonly type: 'link'; readonly value: string }

const FIGURE = '(\\d+(?:,\\d+)*(?:\\.\\d+)?)'
const MONEY = new RegExp(
  `(?:[₹$€£¥]|\\b(?:rs\\.?|inr|usd|eur|gbp))\\s?${FIGURE}\\s?(k|lakh|thousand)?\\b|\\b${FIGURE}\\s?(k|lakh|thousand)?\\s?(?:rupees?|rs\\b|dollars?|euros?|pounds?|inr|usd|eur|gbp)`,
  'gi',
)
const PERCENT = new RegExp(`\\b${FIGURE}\\s?(?:%|per ?cent)`, 'gi')
const STOCK = new RegExp(
  `\\b${FIGURE}\\s+(?:(?:of them|pieces?|units?|items?|pairs?)\\s+)?(?:are\\s+|is\\s+)?(?:in stock|left|available|remain\\w*)|\\b(?:only|just|still)\\s+${FIGURE}\\s+(?:left|in stock|available|of\\b)|\\bin stock: ${FIGURE}`,
  'gi',
)
const POINTS = new RegExp(`\\b${FIGURE}\\s+(?:more\\s+)?(?:loyalty\\s+)?points?\\b`, 'gi')
const RATING = new RegExp(`\\brated\\s+${FIGURE}|\\b${FIGURE}\\s+(?:out of 5|stars?)`, 'gi')
const ORDER = /\b[A-Z]{2,5}-?\d{4,}\b/g
const LINK =
  /\b(?:https?:\/\/|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|in|co|shop|store|info|biz|dev|app|xyz|ru|cn|example)\b(?:\/\S*)?/gi
const OWN_ADDRESS = /\S+@\S+/g
const DISCOUNT = /\b(?:off|discount\w*|sav(?:e|ing|ings)|cashback|refund\w*|reduc\w*|free)\b/i
/** A line of a list, with what it lists in front of its price. */
const LISTED = /^\s*(?:\d+[.)]|[-•*–])\s+(?:\d+\s*[×x]\s*)?(.+?)(?:\s+by\s|\s*\(|\s*[:–—]|\s-\s|,)/

const MULTIPLIERS: Readonly<Record<string, number>> = { k: 1000, thousand: 1000, lakh: 100_000 }

/** Everything that one sentence or line of an answer claims. */
export function claimsIn(sentence: string): Claim[] {
  const discount = DISCOUNT.test(sentence)
  const amounts = [...sentence.matchAll(MONEY)].map((match): Claim => {
    const digits = match[1] ?? match[3] ?? ''
    const factor = MULTIPLIERS[(match[2] ?? match[4] ?? '').toLowerCase()] ?? 1
    return { type: 'amount', major: figureOf(digits) * factor, discount }
  })
  return [
    ...amounts,
    ...figures(sentence, PERCENT).map((value): Claim => ({ type: 'percent', value, discount })),
    ...figures(sentence, STOCK).map((value): Claim => ({ type: 'stock', value })),
    ...figures(sentence, POINTS).map((value): Claim => ({ type: 'points', value })),
    ...figures(sentence, RATING).map((value): Claim => ({ type: 'rating', value })),
    ...[...sentence.matchAll(ORDER)].map(([value]): Claim => ({ type: 'code', value })),
    ...listedName(sentence, amounts.length > 0),
    ...[...sentence.replace(OWN_ADDRESS, ' ').matchAll(LINK)].map(
      ([value]): Claim => ({ type: 'link', value }),
    ),
  ]
}

function figures(sentence: string, pattern: RegExp): number[] {
  return [...sentence.matchAll(pattern)].map((match) =>
    figureOf(match.slice(1).find((group) => group !== undefined) ?? ''),
  )
}

/** A line of a list that names a price names a product in front of it. */
function listedName(sentence: string, priced: boolean): Claim[] {
  const name = priced ? LISTED.exec(sentence)?.[1]?.trim() : undefined
  return name === undefined || /\d{4,}$/.test(name) ? [] : [{ type: 'name', value: name }]
}

export function figureOf(digits: string): number {
  return Number(digits.replaceAll(',', ''))
}
