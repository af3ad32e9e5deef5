/** The colours of the shop, as the names in the catalog are spelled in a path. */
const PALETTE: Readonly<Record<string, string>> = {
  black: '#24262c',
  charcoal: '#43474f',
  grey: '#8b9098',
  silver: '#b9bfc7',
  white: '#f2f0ea',
  ivory: '#e8dfc9',
  beige: '#d3bf9f',
  tan: '#b98d5f',
  brown: '#6f4a32',
  tortoise: '#7a4b26',
  gold: '#c9a045',
  'rose-gold': '#cd9082',
  copper: '#b06a43',
  yellow: '#e7b93c',
  mustard: '#c8952b',
  orange: '#d9702f',
  coral: '#e4735f',
  red: '#bf3640',
  burgundy: '#74263a',
  pink: '#dd8fa6',
  lavender: '#a594cf',
  purple: '#69488f',
  navy: '#24365c',
  blue: '#3569b0',
  'sky-blue': '#7fb2d8',
  teal: '#23807f',
  mint: '#8fc9ae',
  green: '#3f8752',
  olive: '#6e7041',
  slate: '#5d6b7c',
}

/** The tones in which one picture is drawn. */
export interface Paint {
  readonly main: string
  readonly dark: string
  readonly light: string
  readonly accent: string
  readonly paper: string
  readonly shade: string
  /** 0 to 1, the same for the same picture: chooses between small differences. */
  readonly chance: (nth: number) => number
}

const ACCENTS = ['#e7b93c', '#d9702f', '#23807f', '#bf3640', '#f2f0ea', '#24365c', '#8fc9ae']

/** Tones for a colour's name; a name that is not known gets a colour of its own all the same. */
export function mixPaint(color: string, seed: string): Paint {
  const hash = hashOf(seed)
  const main = PALETTE[color] ?? fromHue(hashOf(color) % 360)
  const chance = (nth: number) => (hashOf(`${seed}:${nth}`) % 1000) / 1000
  // A white thing on a white wall cannot be seen.
  const pale = channels(main).every((value) => value > 175)
  const accent = ACCENTS[hash % ACCENTS.length] ?? main
  return {
    main,
    dark: blend(main, '#101218', 0.35),
    light: blend(main, '#ffffff', 0.38),
    accent: accent === main ? '#f2f0ea' : accent,
    paper: pale ? '#cfd9e0' : blend(main, '#f7f4ee', 0.86),
    shade: pale ? '#9fb0bd' : blend(main, '#ded8cc', 0.72),
    chance,
  }
}

/** A whole number from a text, always the same one (FNV-1a). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash ^ (hash >>> 15)) >>> 0
}

function blend(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)]
  return hex(a.map((value, index) => value + ((b[index] ?? 0) - value) * share))
}

function fromHue(hue: number): string {
  const wave = (shift: number) => 128 + 70 * Math.cos(((hue - shift) * Math.PI) / 180)
  return hex([wave(0), wave(120), wave(240)])
}

function channels(color: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16))
}

function hex(values: readonly number[]): string {
  return `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}
