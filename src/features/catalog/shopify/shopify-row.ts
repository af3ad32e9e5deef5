import { parsePrice } from '../currency.ts'
import { fold } from '../words.ts'

/** One record of the file by column, and the line on which it begins. */
export interface ShopifyRecord {
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
}

/** Columns by their folded names, in the older and the newer spelling of Shopify's templates. */
const COLUMNS = {
  handle: ['handle', 'url handle'],
  title: ['title'],
  body: ['body html', 'body', 'description'],
  vendor: ['vendor'],
  type: ['type', 'custom product type'],
  category: ['product category', 'standard product type'],
  tags: ['tags'],
  published: ['published', 'published on online store'],
  status: ['status'],
  giftCard: ['gift card'],
  name1: ['option1 name'],
  value1: ['option1 value'],
  name2: ['option2 name'],
  value2: ['option2 value'],
  name3: ['option3 name'],
  value3: ['option3 value'],
  sku: ['variant sku', 'sku'],
  price: ['variant price', 'price'],
  compareAt: ['variant compare at price', 'compare at price'],
  quantity: ['variant inventory qty', 'inventory quantity'],
  image: ['image src', 'product image url'],
  imagePosition: ['image position'],
  imageAlt: ['image alt text'],
} as const satisfies Record<string, readonly string[]>
type Column = keyof typeof COLUMNS

export interface ImageFacts {
  readonly url: string
  readonly alt: string
  readonly position: number
}

export interface VariantFacts {
  readonly sku: string
  /** The values of up to three options, empty where there is none. */
  readonly values: readonly string[]
  readonly price: number
  readonly compareAt: number | undefined
  readonly quantity: number
}

/** What the first row of a product says about all of it. */
export interface HeadFacts {
  readonly title: string
  readonly body: string
  readonly vendor: string
  readonly category: string
  readonly tags: readonly string[]
  readonly sold: boolean
  readonly optionNames: readonly string[]
}

export interface ShopifyRow {
  readonly line: number
  readonly handle: string
  readonly head: HeadFacts | undefined
  readonly variant: VariantFacts | undefined
  readonly image: ImageFacts | undefined
  /** What is wrong with the row; its head counts all the same, its variant and image do not. */
  readonly problem: string | undefined
}

/** Names the columns that a header must have and has not. */
export function missingColumns(header: readonly string[]): string[] {
  const names = new Set(header.map(fold))
  const required: readonly (readonly [string, Column])[] = [
    ['Handle', 'handle'],
    ['Title', 'title'],
    ['Variant Price', 'price'],
  ]
  return required
    .filter(([, column]) => !COLUMNS[column].some((name) => names.has(name)))
    .map(([name]) => name)
}

/** Reads a record. Prices are in `currency` where they do not say otherwise. */
export function readRow({ line, cells }: ShopifyRecord, currency: string): ShopifyRow {
  const cell = (column: Column) =>
    COLUMNS[column].map((name) => cells[name]?.trim()).find((text) => text) ?? ''
  const handle = cell('handle').toLowerCase()
  const head = cell('title') === '' ? undefined : readHead(cell)
  const image = readImage(cell)
  const broken = ONE_LINE.find((column) => /[\r\n]/.test(cell(column)))
  if (broken !== undefined) {
    const problem = `its ${broken} runs over several lines: there may be a quote missing`
    return { line, handle, head: undefined, variant: undefined, image: undefined, problem }
  }
  const row = { line, handle, head, variant: undefined, image: image.value, problem: image.problem }
  if (handle === '' && head === undefined) return { ...row, problem: 'it has neither a Handle nor a Title' }
  const isVariant = ['value1', 'value2', 'value3', 'sku', 'price'].some(
    (column) => cell(column as Column) !== '',
  )
  if (!isVariant)
    return head === undefined || image.problem !== undefined ? row : { ...row, problem: NO_PRICE }
  const variant = readVariant(cell, currency)
  if (typeof variant === 'string') return { ...row, problem: variant }
  return { ...row, variant }
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))

type Cell = (column: Column) => string

/** A quote that is opened and not closed swallows the rows that follow; it shows in these. */
const ONE_LINE = ['handle', 'title', 'vendor', 'type', 'sku', 'price', 'image'] as const

const NO_PRICE = 'its Variant Price is missing'

function readHead(cell: Cell): HeadFacts {
  const published = cell('published').toLowerCase()
  const status = cell('status').toLowerCase()
  return {
    title: oneLine(cell('title')).slice(0, 255),
    body: cell('body'),
    vendor: oneLine(cell('vendor')).slice(0, 120),
    category: oneLine(cell('type') || (cell('category').split('>').at(-1) ?? '')).slice(0, 120),
    tags: cell('tags')
      .split(',')
      .map((tag) => oneLine(tag).slice(0, 60))
      .filter((tag) => tag !== ''),
    sold:
      (status === '' || status === 'active') &&
      !['false', 'no', '0'].includes(published) &&
      cell('giftCard').toLowerCase() !== 'true',
    optionNames: [cell('name1'), cell('name2'), cell('name3')],
  }
}

function readVariant(cell: Cell, currency: string): VariantFacts | string {
  const price = readPrice(cell('price'), 'Variant Price', currency)
  if (typeof price === 'string') return price
  if (price === undefined) return NO_PRICE
  const compareAt = readPrice(cell('compareAt'), 'Variant Compare At Price', currency)
  if (typeof compareAt === 'string') return compareAt
  const quantity = cell('quantity')
  if (!/^(?:-?\d{1,9}(?:\.0+)?)?$/.test(quantity))
    return `its Variant Inventory Qty ${quote(quantity)} is no whole number`
  return {
    // Spreadsheets put an apostrophe before a number that is to stay text.
    sku: oneLine(cell('sku').replace(/^'/, '')).slice(0, 100),
    values: [cell('value1'), cell('value2'), cell('value3')].map((value) => oneLine(value).slice(0, 60)),
    price,
    compareAt,
    // Shopify counts below zero when it has sold what is yet to come.
    quantity: Math.max(0, Math.trunc(Number(quantity))),
  }
}

function readPrice(text: string, column: string, currency: string): number | string | undefined {
  if (text === '') return undefined
  const code = /[A-Za-z]{3}/.exec(text)?.[0].toUpperCase()
  if (code !== undefined && code !== currency && CURRENCIES.has(code)) {
    return `its ${column} is in ${code}, the shop sells in ${currency}`
  }
  const figure = code === currency ? text.replace(/[A-Za-z]{3}/, '') : text
  return parsePrice(figure, currency) ?? `its ${column} ${quote(text)} is no price`
}

function readImage(cell: Cell): { value: ImageFacts | undefined; problem: string | undefined } {
  const text = cell('image')
  if (text === '') return { value: undefined, problem: undefined }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return { value: undefined, problem: `its Image Src ${quote(text)} is no web address` }
  }
  const position = Number(cell('imagePosition')) || Number.MAX_SAFE_INTEGER
  return { value: { url: text, alt: oneLine(cell('imageAlt')), position }, problem: undefined }
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
