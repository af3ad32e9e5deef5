import * as accessories from './accessories.ts'
import * as care from './care.ts'
import * as clothing from './clothing.ts'
import * as gadgets from './gadgets.ts'
import * as household from './household.ts'
import { mixPaint, type Paint } from './paint.ts'

const SHAPES = { ...accessories, ...care, ...clothing, ...gadgets, ...household }

/** What our pictures can show. */
export type ShapeName = keyof typeof SHAPES

const PATH = /^\/images\/([a-z]{2,20})\/([a-z-]{2,24})\/([a-z0-9-]{1,160})\.svg$/

/** The path of the picture of a thing in a colour; `slug` makes it this product's own. */
export function picturePath(shape: ShapeName, color: string, slug: string): string {
  return `/images/${shape}/${wordInPath(color) || 'slate'}/${slug}.svg`
}

/** Draws the picture of a path that `picturePath` gave; null when it is none. The same path gives the same picture. */
export function drawImage(path: string): { body: string; type: 'image/svg+xml' } | null {
  const [, shape = '', color = '', seed = ''] = PATH.exec(path) ?? []
  if (!isShape(shape)) return null
  const paint = mixPaint(color, seed)
  return { body: frame(paint, SHAPES[shape](paint)), type: 'image/svg+xml' }
}

/** Which picture suits the words of a category or a name; a parcel when none does. */
export function shapeFor(words: readonly string[]): ShapeName {
  for (const [shape, ...names] of KEYWORDS) {
    if (names.some((name) => words.includes(name))) return shape
  }
  return 'parcel'
}

const KEYWORDS: readonly (readonly [ShapeName, ...string[]])[] = [
  ['sunglasses', 'sunglasses', 'glasses', 'eyewear'],
  ['watch', 'watches', 'watch'],
  ['shoe', 'shoes', 'shoe', 'sneakers', 'boots', 'sandals', 'footwear'],
  ['dress', 'dresses', 'dress', 'gown'],
  ['jacket', 'jackets', 'jacket', 'coat', 'coats'],
  ['tee', 'tee', 'tees', 'tshirt', 'tops', 'top'],
  ['shirt', 'shirts', 'shirt', 'clothing', 'apparel'],
  ['backpack', 'backpack', 'backpacks'],
  ['bag', 'bags', 'bag', 'handbag', 'tote'],
  ['earbuds', 'earbuds', 'airpods', 'earphones'],
  ['headphones', 'headphones', 'headset'],
  ['speaker', 'speaker', 'speakers', 'audio'],
  ['phone', 'smartphones', 'smartphone', 'phone', 'phones', 'mobile', 'tablets', 'tablet'],
  ['pan', 'kitchen', 'pan', 'cookware'],
  ['lamp', 'lamp', 'lighting'],
  ['cushion', 'furniture', 'cushion', 'sofa', 'bed'],
  ['vase', 'decoration', 'decor', 'plant', 'home'],
  ['ring', 'jewellery', 'jewelry', 'ring'],
  ['jar', 'skin', 'cream'],
  ['lipstick', 'lipstick', 'makeup'],
  ['bottle', 'beauty', 'fragrances', 'fragrance', 'perfume', 'hair'],
  ['ball', 'sports', 'ball'],
  ['dumbbell', 'fitness', 'gym'],
]

function isShape(name: string): name is ShapeName {
  return Object.hasOwn(SHAPES, name)
}

function wordInPath(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 24)
}

function frame({ paper, shade, main, dark, light, accent }: Paint, thing: string): string {
  const body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" width="600" height="600" role="img">
  <defs>
    <radialGradient id="room" cx=".5" cy=".38" r=".8"><stop offset="0" stop-color="${paper}"/><stop offset="1" stop-color="${shade}"/></radialGradient>
    <linearGradient id="glass" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${dark}"/><stop offset="1" stop-color="${light}"/></linearGradient>
    <linearGradient id="screen" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="${light}"/><stop offset=".55" stop-color="${main}"/><stop offset="1" stop-color="${accent}"/></linearGradient>
    <radialGradient id="floor"><stop offset="0" stop-color="${dark}" stop-opacity=".34"/><stop offset="1" stop-color="${dark}" stop-opacity="0"/></radialGradient>
  </defs>
  <rect width="600" height="600" fill="url(#room)"/>
  <ellipse cx="300" cy="522" rx="228" ry="30" fill="url(#floor)"/>
  ${thing}
</svg>
`
  return body.replace(/\n\s+/g, '\n')
}
