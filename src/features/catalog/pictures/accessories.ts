import type { Paint } from './paint.ts'

/** A thing drawn around (300, 300) in a square of 600. */
export type Shape = (paint: Paint) => string

export const sunglasses: Shape = ({ main, dark, light, chance }) => {
  const style = Math.floor(chance(1) * 3)
  const lens = [
    'M0 -58 C58 -70 104 -52 100 -4 C96 48 54 66 16 58 C-26 50 -44 -40 0 -58 Z',
    'M50 -62 a62 62 0 1 0 0.1 0 Z',
    'M-22 -56 L104 -62 Q112 -62 108 -30 C104 26 84 56 40 56 C-4 56 -22 20 -26 -30 Z',
  ][style]
  return `
    <path d="M96 268 Q118 250 150 262 M504 268 Q482 250 450 262" stroke="${dark}" stroke-width="13" fill="none" stroke-linecap="round"/>
    <path d="M262 274 Q300 244 338 274" stroke="${main}" stroke-width="13" fill="none" stroke-linecap="round"/>
    <g transform="translate(262 300) scale(-1.22 1.22)"><path d="${lens}" fill="url(#glass)" stroke="${main}" stroke-width="10"/></g>
    <g transform="translate(338 300) scale(1.22)"><path d="${lens}" fill="url(#glass)" stroke="${main}" stroke-width="10"/></g>
    <path d="M176 262 L222 248 M378 262 L424 248" stroke="${light}" stroke-width="8" opacity=".75" stroke-linecap="round"/>`
}

export const watch: Shape = ({ main, dark, light, accent, chance }) => {
  const square = chance(1) > 0.6
  const dial = square
    ? (inset: number) =>
        `<rect x="${205 + inset}" y="${205 + inset}" width="${190 - 2 * inset}" height="${190 - 2 * inset}" rx="${38 - inset}"`
    : (inset: number) => `<circle cx="300" cy="300" r="${104 - inset}"`
  const marks = Array.from({ length: 12 }, (_, hour) => {
    const long = hour % 3 === 0 ? 16 : 8
    return `<path d="M300 ${222} v${long}" transform="rotate(${hour * 30} 300 300)" stroke="${dark}" stroke-width="5"/>`
  }).join('')
  return `
    <path d="M246 214 L256 78 Q300 66 344 78 L354 214 Z M246 386 L256 522 Q300 534 344 522 L354 386 Z" fill="${main}"/>
    <path d="M262 110 H338 M260 146 H340 M260 456 H340 M262 490 H338" stroke="${dark}" stroke-width="4" opacity=".45"/>
    <rect x="398" y="286" width="20" height="30" rx="6" fill="${dark}"/>
    ${dial(0)} fill="${dark}"/>${dial(13)} fill="${light}"/>${dial(20)} fill="#fbfaf6"/>${square ? '' : marks}
    <path d="M300 300 L300 244 M300 300 L342 322" stroke="${dark}" stroke-width="9" stroke-linecap="round"/>
    <path d="M300 318 L258 262" stroke="${accent}" stroke-width="4" stroke-linecap="round"/>
    <circle cx="300" cy="300" r="9" fill="${dark}"/>`
}

export const ring: Shape = ({ main, dark, light, accent, chance }) => {
  const stone = chance(1) > 0.5 ? accent : '#dff1f6'
  return `
    <ellipse cx="300" cy="370" rx="122" ry="118" fill="none" stroke="${dark}" stroke-width="34"/>
    <ellipse cx="300" cy="366" rx="122" ry="118" fill="none" stroke="${main}" stroke-width="26"/>
    <path d="M196 318 A122 118 0 0 1 258 262" stroke="${light}" stroke-width="10" fill="none" stroke-linecap="round"/>
    <path d="M300 262 L236 190 L262 150 H338 L364 190 Z" fill="${stone}" stroke="${dark}" stroke-width="4"/>
    <path d="M236 190 H364 M262 150 L282 190 L300 262 L318 190 L338 150 M282 190 L300 150 L318 190" stroke="#ffffff" stroke-width="3" fill="none" opacity=".8"/>`
}

export const necklace: Shape = ({ main, dark, light, accent, chance }) => {
  const pendant =
    chance(1) > 0.5
      ? `<path d="M300 410 C336 452 344 476 300 508 C256 476 264 452 300 410 Z"`
      : `<circle cx="300" cy="456" r="42"`
  return `
    <path d="M150 104 C150 300 232 402 300 410 C368 402 450 300 450 104" fill="none" stroke="${dark}" stroke-width="9"/>
    <path d="M150 104 C150 300 232 402 300 410 C368 402 450 300 450 104" fill="none" stroke="${main}" stroke-width="8" stroke-dasharray="13 5" stroke-linecap="round"/>
    ${pendant} fill="${accent}" stroke="${main}" stroke-width="9"/>
    <circle cx="286" cy="442" r="9" fill="${light}" opacity=".8"/>`
}

export const earrings: Shape = ({ main, dark, light, accent, chance }) => {
  const hoop = chance(1) > 0.5
  const one = hoop
    ? `<circle cx="0" cy="84" r="78" fill="none" stroke="${dark}" stroke-width="20"/><circle cx="0" cy="82" r="78" fill="none" stroke="${main}" stroke-width="15"/>
       <path d="M-62 46 A78 78 0 0 1 -20 8" stroke="${light}" stroke-width="6" fill="none" stroke-linecap="round"/>`
    : `<path d="M0 0 V64" stroke="${main}" stroke-width="7"/><path d="M0 56 C54 120 58 178 0 196 C-58 178 -54 120 0 56 Z" fill="${accent}" stroke="${main}" stroke-width="9"/>
       <ellipse cx="-17" cy="140" rx="8" ry="20" fill="#ffffff" opacity=".55"/>`
  const stud = `<circle cx="0" cy="0" r="15" fill="${main}" stroke="${dark}" stroke-width="3"/>`
  return `<g transform="translate(205 205)">${one}${stud}</g><g transform="translate(395 205)">${one}${stud}</g>`
}
