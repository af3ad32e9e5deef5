/** Colour words of everyday English with the colour that they stand for, so that any of them finds its nearest in a catalog. */
const COLORS: Readonly<Record<string, string>> = {
  amber: 'ffbf00',
  aqua: '00cfcf',
  beige: 'd9c9a8',
  black: '111111',
  blue: '1f4fd8',
  'baby pink': 'f8b8cc',
  'bottle green': '0b4a30',
  brass: 'b08d3c',
  bronze: 'a56a33',
  brown: '7b4a2a',
  burgundy: '800020',
  camel: 'c19a6b',
  charcoal: '36393f',
  copper: 'b87333',
  coral: 'ff7f50',
  crimson: 'c0142f',
  cyan: '00c8d8',
  'dark blue': '14215a',
  'dark brown': '4a2c17',
  'dark green': '14452a',
  'dark grey': '3c3f44',
  'dark red': '7d0a1e',
  emerald: '1f8f5a',
  fuchsia: 'e0218a',
  gold: 'd4a017',
  gray: '8a8a8a',
  green: '2e8b3d',
  grey: '8a8a8a',
  gunmetal: '3a3d42',
  'hot pink': 'ff4f9a',
  indigo: '3f2a8c',
  ivory: 'fffff0',
  khaki: 'b3a369',
  lavender: 'c3b1e1',
  'light blue': '87ceeb',
  'light brown': 'b98a5e',
  'light green': '9fe0a8',
  'light grey': 'c4c4c4',
  'light pink': 'f6a8c0',
  lilac: 'c8a2c8',
  magenta: 'd0208f',
  maroon: '78001e',
  mauve: 'c09bb8',
  mint: '98e0b8',
  mustard: 'd9a520',
  navy: '14215a',
  nude: 'dcbfa4',
  'off white': 'faf6ea',
  olive: '6b7030',
  orange: 'f58020',
  pink: 'f48fb1',
  purple: '7a2f9a',
  red: 'd1202f',
  'rose gold': 'b9786f',
  'royal blue': '2a4fd0',
  sapphire: '1c3fa8',
  scarlet: 'd8242a',
  silver: 'c0c4c8',
  'sky blue': '87ceeb',
  tan: 'c99a68',
  taupe: '8b7d70',
  teal: '0f8080',
  tortoise: '7a4f28',
  turquoise: '30c0b8',
  violet: '7f35b8',
  white: 'ffffff',
  yellow: 'f7d020',
}

/** Colours that are things first: only beside a thing are they its colour ("wine dress"). */
const COLORS_OF_THINGS: Readonly<Record<string, string>> = {
  chocolate: '4f2d18',
  coffee: '5a3a24',
  cream: 'fdf3d8',
  lemon: 'f7e650',
  peach: 'ffcba4',
  plum: '6e2a5c',
  rust: 'b0502a',
  salmon: 'fa8a78',
  wine: '6f1030',
}

/** Beyond this a colour is another one altogether. */
const FARTHEST = 30
/** A colour stays the same one in the light and in the dark: hue counts more. */
const LIGHTNESS = 0.5
/** "Dark green" is called a green, so green is nearer than it looks. */
const CALLED_SO = 0.4

export interface ColorName {
  /** As the customer may say it, in lower case. */
  readonly name: string
  /** The catalog's nearest colour. */
  readonly value: string
  /** Whether it is a colour only beside a thing. */
  readonly beside: boolean
}

/** Names for the catalog's colours that the catalog does not use itself. */
export function colorNames(catalog: readonly string[]): ColorName[] {
  const own = catalog.map((value) => ({ value, lab: labOf(hexOf(value)) }))
  const named = new Set(catalog.map((value) => value.toLowerCase()))
  const names: ColorName[] = []
  for (const [table, beside] of [
    [COLORS, false],
    [COLORS_OF_THINGS, true],
  ] as const) {
    for (const [name, hex] of Object.entries(table)) {
      const value = named.has(name) ? undefined : nearest(name, labOf(hex), own)
      if (value === undefined) continue
      names.push({ name, value, beside })
      if (!beside) names.push(...shadesOf(name).map((shade) => ({ name: shade, value, beside })))
    }
  }
  for (const value of catalog) for (const name of shadesOf(value)) names.push({ name, value, beside: false })
  return names
}

/** "reddish", "pinkish", "golden", "silvery" of a colour of one word. */
function shadesOf(value: string): string[] {
  const color = value.toLowerCase()
  if (!/^[a-z]+$/.test(color)) return []
  const root = color.replace(/e$/, '')
  const doubled = /[^aeiou][aeiou][dgnt]$/.test(root) ? root + root.at(-1) : root
  return [
    `${doubled}ish`,
    ...(color === 'gold' ? ['golden'] : []),
    ...(color === 'silver' ? ['silvery'] : []),
  ]
}

/** What a colour of the catalog looks like, by its whole name or by its last word: "Midnight Blue" is a blue. */
function hexOf(value: string): string | undefined {
  const lower = value.toLowerCase()
  return COLORS[lower] ?? COLORS_OF_THINGS[lower] ?? COLORS[lower.split(/[\s/-]+/).at(-1) ?? '']
}

type Lab = readonly [number, number, number]

function nearest(
  name: string,
  lab: Lab | undefined,
  own: ReadonlyArray<{ readonly value: string; readonly lab: Lab | undefined }>,
): string | undefined {
  if (lab === undefined) return undefined
  let best: { value: string; distance: number } | undefined
  for (const candidate of own) {
    if (candidate.lab === undefined) continue
    const called = name.endsWith(` ${candidate.value.toLowerCase()}`) ? CALLED_SO : 1
    const distance =
      called *
      Math.hypot(
        LIGHTNESS * (lab[0] - candidate.lab[0]),
        lab[1] - candidate.lab[1],
        lab[2] - candidate.lab[2],
      )
    if (distance <= FARTHEST && (best === undefined || distance < best.distance))
      best = { value: candidate.value, distance }
  }
  return best?.value
}

/** CIE L*a*b*, in which distances are as far as they look. */
function labOf(hex: string | undefined): Lab | undefined {
  if (hex === undefined) return undefined
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)) as [
    number,
    number,
    number,
  ]
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
