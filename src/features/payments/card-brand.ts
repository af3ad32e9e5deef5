const BRANDS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^4/, 'visa'],
  [/^(?:5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720))/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(?:60|65|81|82|508|353|356)/, 'rupay'],
  [/^(?:30|36|38|39)/, 'diners'],
  [/^35/, 'jcb'],
  [/^62/, 'unionpay'],
]

/** The card's scheme by the first digits of its number. */
export function cardBrand(number: string): string {
  return BRANDS.find(([pattern]) => pattern.test(number))?.[1] ?? 'card'
}
