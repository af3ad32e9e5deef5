import type { Shape } from './accessories.ts'
import type { Paint } from './paint.ts'

/** Cloth with stripes, dots or nothing on it, cut to a shape. */
function cloth(outline: string, { main, light, accent, chance }: Paint): string {
  const kind = Math.floor(chance(7) * 4)
  const print =
    kind === 0
      ? Array.from({ length: 12 }, (_, row) => `<path d="M60 ${120 + row * 38} H540"/>`).join('')
      : kind === 1
        ? Array.from(
            { length: 60 },
            (_, dot) =>
              `<path d="M${80 + (dot % 10) * 48 + (Math.floor(dot / 10) % 2) * 24} ${130 + Math.floor(dot / 10) * 70} h.1"/>`,
          ).join('')
        : ''
  const width = kind === 1 ? 13 : 7
  return `<clipPath id="cut"><path d="${outline}"/></clipPath><path d="${outline}" fill="${main}"/>
    <g clip-path="url(#cut)" stroke="${chance(8) > 0.6 ? accent : light}" stroke-width="${width}" stroke-linecap="round" opacity=".6">${print}</g>`
}

export const tee: Shape = (paint) => {
  const outline =
    'M216 112 L116 158 L66 268 L140 304 L170 262 V496 Q300 518 430 496 V262 L460 304 L534 268 L484 158 L384 112 Q300 176 216 112 Z'
  return `${cloth(outline, paint)}
    <path d="M216 112 Q300 176 384 112" fill="none" stroke="${paint.dark}" stroke-width="12"/>
    <path d="M170 262 L178 214 M430 262 L422 214" stroke="${paint.dark}" stroke-width="5" opacity=".5"/>`
}

export const shirt: Shape = (paint) => {
  const outline =
    'M222 104 L126 148 L72 398 L136 414 L172 270 V500 Q300 520 428 500 V270 L464 414 L528 398 L474 148 L378 104 L300 168 Z'
  const buttons = [214, 272, 330, 388, 446]
    .map((y) => `<circle cx="300" cy="${y}" r="6" fill="${paint.dark}"/>`)
    .join('')
  return `${cloth(outline, paint)}
    <path d="M300 168 V508" stroke="${paint.dark}" stroke-width="4" opacity=".6"/>${buttons}
    <path d="M222 104 L204 150 L270 200 L300 168 L330 200 L396 150 L378 104 L300 150 Z" fill="${paint.light}" stroke="${paint.dark}" stroke-width="4"/>
    <path d="M342 262 h58 v46 q-29 22 -58 0 Z" fill="none" stroke="${paint.dark}" stroke-width="4" opacity=".6"/>`
}

export const dress: Shape = (paint) => {
  const outline =
    paint.chance(2) > 0.5
      ? 'M238 90 L248 164 Q216 220 232 268 L130 506 Q300 548 470 506 L368 268 Q384 220 352 164 L362 90 H340 L332 150 Q300 178 268 150 L260 90 Z'
      : 'M226 96 L172 140 L188 214 L226 200 L236 270 L168 518 Q300 540 432 518 L364 270 L374 200 L412 214 L428 140 L374 96 Q300 152 226 96 Z'
  return `${cloth(outline, paint)}
    <path d="M234 268 Q300 290 366 268" stroke="${paint.accent}" stroke-width="13" fill="none"/>
    <path d="M262 300 L214 512 M338 300 L386 512 M300 304 V526" stroke="${paint.dark}" stroke-width="4" opacity=".35" fill="none"/>`
}

export const jacket: Shape = (paint) => {
  const { main, dark, light, accent } = paint
  return `
    <path d="M216 106 L118 156 L74 436 L144 450 L172 290 V504 H428 V290 L456 450 L526 436 L482 156 L384 106 Q300 150 216 106 Z" fill="${main}"/>
    <path d="M300 146 V504" stroke="${accent}" stroke-width="8" stroke-dasharray="10 5"/>
    <path d="M216 106 Q230 80 300 82 Q370 80 384 106 Q300 162 216 106 Z" fill="${dark}"/>
    <path d="M204 360 l58 -16 v70 l-58 8 Z M396 360 l-58 -16 v70 l58 8 Z" fill="${dark}" opacity=".45"/>
    <path d="M172 474 H428 M82 410 L150 422 M518 410 L450 422" stroke="${dark}" stroke-width="10" opacity=".6"/>
    <path d="M146 178 L118 330" stroke="${light}" stroke-width="7" opacity=".7" stroke-linecap="round"/>`
}

export const shoe: Shape = ({ main, dark, light, accent, chance }) => {
  const boot = chance(1) > 0.72
  const upper = boot
    ? 'M154 396 V168 Q214 150 280 168 L290 262 Q362 318 446 330 Q500 342 504 396 Z'
    : 'M92 396 Q82 330 110 268 Q156 294 212 246 L244 228 Q300 300 392 318 Q500 330 510 396 Z'
  const laces = boot
    ? [
        [236, 206],
        [244, 246],
        [266, 284],
      ]
    : [
        [262, 262],
        [296, 290],
        [334, 306],
      ]
  return `
    <path d="${upper}" fill="${main}"/>
    <path d="M420 322 Q500 334 510 396 H398 Q430 366 420 322 Z" fill="${dark}" opacity=".4"/>
    <path d="M${boot ? '176 380 Q250 340 300 390' : '130 384 Q210 300 318 384'}" fill="none" stroke="${accent}" stroke-width="15" stroke-linecap="round"/>
    ${laces.map(([x, y]) => `<path d="M${x} ${y} l44 -18" stroke="${light}" stroke-width="9" stroke-linecap="round"/>`).join('')}
    <path d="M84 396 H514 Q524 436 486 438 H118 Q80 436 84 396 Z" fill="#f5f2ea" stroke="${dark}" stroke-width="3"/>
    <path d="M90 420 H514" stroke="${dark}" stroke-width="5" opacity=".5" stroke-dasharray="18 10"/>`
}

export const bag: Shape = ({ main, dark, light, accent }) => `
    <path d="M212 226 Q214 104 300 104 Q386 104 388 226" fill="none" stroke="${dark}" stroke-width="17" stroke-linecap="round"/>
    <path d="M134 222 H466 L494 478 Q300 510 106 478 Z" fill="${main}"/>
    <path d="M134 222 H466 L474 300 Q300 352 126 300 Z" fill="${dark}" opacity=".45"/>
    <rect x="274" y="300" width="52" height="62" rx="10" fill="${accent}" stroke="${dark}" stroke-width="4"/>
    <path d="M150 262 L132 452" stroke="${light}" stroke-width="8" opacity=".7" stroke-linecap="round"/>`

export const backpack: Shape = ({ main, dark, light, accent }) => `
    <path d="M254 126 Q258 78 300 78 Q342 78 346 126" fill="none" stroke="${dark}" stroke-width="15"/>
    <path d="M158 250 Q158 112 300 112 Q442 112 442 250 V484 Q442 516 410 516 H190 Q158 516 158 484 Z" fill="${main}"/>
    <path d="M158 300 Q116 316 118 420 Q118 470 158 474 Z M442 300 Q484 316 482 420 Q482 470 442 474 Z" fill="${dark}"/>
    <rect x="196" y="330" width="208" height="150" rx="22" fill="${dark}" opacity=".4"/>
    <path d="M196 378 H404 M190 236 Q300 268 410 236" stroke="${accent}" stroke-width="9" fill="none" stroke-linecap="round"/>
    <path d="M184 226 Q196 152 262 142" stroke="${light}" stroke-width="8" fill="none" opacity=".7" stroke-linecap="round"/>`
