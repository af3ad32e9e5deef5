import type { Shape } from './accessories.ts'

export const headphones: Shape = ({ main, dark, light, accent }) => `
    <path d="M138 366 V300 Q138 118 300 118 Q462 118 462 300 V366" fill="none" stroke="${dark}" stroke-width="30" stroke-linecap="round"/>
    <path d="M186 216 Q222 140 300 138 Q378 140 414 216" fill="none" stroke="${light}" stroke-width="9" stroke-linecap="round"/>
    <rect x="104" y="306" width="98" height="176" rx="46" fill="${main}"/><rect x="398" y="306" width="98" height="176" rx="46" fill="${main}"/>
    <rect x="172" y="322" width="42" height="144" rx="21" fill="${dark}"/><rect x="386" y="322" width="42" height="144" rx="21" fill="${dark}"/>
    <circle cx="140" cy="394" r="17" fill="${accent}"/><circle cx="460" cy="394" r="17" fill="${accent}"/>`

export const earbuds: Shape = ({ main, dark, light, accent }) => {
  const bud = `<path d="M0 0 C52 -34 96 2 84 56 C78 84 52 92 36 92 V196 Q36 212 20 212 Q4 212 4 196 V70 C-18 56 -22 16 0 0 Z" fill="${main}"/>
    <ellipse cx="66" cy="34" rx="30" ry="36" fill="${dark}"/><path d="M14 104 V186" stroke="${light}" stroke-width="6" stroke-linecap="round"/>`
  return `<rect x="168" y="360" width="264" height="134" rx="58" fill="${main}" stroke="${dark}" stroke-width="5"/>
    <path d="M168 416 H432" stroke="${dark}" stroke-width="5"/><circle cx="300" cy="446" r="9" fill="${accent}"/>
    <g transform="translate(316 122)">${bud}</g><g transform="translate(284 122) scale(-1 1)">${bud}</g>`
}

export const speaker: Shape = ({ main, dark, light, accent }) => `
    <rect x="172" y="98" width="256" height="416" rx="60" fill="${main}"/>
    <circle cx="300" cy="366" r="96" fill="${dark}"/><circle cx="300" cy="366" r="60" fill="${light}" opacity=".35"/><circle cx="300" cy="366" r="26" fill="${dark}"/>
    <circle cx="300" cy="200" r="50" fill="${dark}"/><circle cx="300" cy="200" r="20" fill="${light}" opacity=".4"/>
    <circle cx="386" cy="478" r="8" fill="${accent}"/><path d="M200 150 V420" stroke="${light}" stroke-width="8" opacity=".6" stroke-linecap="round"/>`

export const phone: Shape = ({ main, dark, light, accent, chance }) => `
    <rect x="296" y="92" width="190" height="412" rx="36" fill="${main}" transform="rotate(8 390 300)"/>
    <g transform="rotate(8 390 300)"><rect x="386" y="116" width="82" height="${chance(1) > 0.5 ? 128 : 84}" rx="22" fill="${dark}"/>
    <circle cx="427" cy="148" r="18" fill="#0d0f14" stroke="${light}" stroke-width="4"/><circle cx="427" cy="${chance(1) > 0.5 ? 206 : 184}" r="13" fill="#0d0f14" stroke="${light}" stroke-width="4"/></g>
    <rect x="130" y="92" width="206" height="424" rx="38" fill="${dark}"/><rect x="142" y="104" width="182" height="400" rx="28" fill="url(#screen)"/>
    <rect x="206" y="118" width="54" height="13" rx="6" fill="#0d0f14"/>
    <path d="M172 214 H294 M172 246 H256" stroke="#ffffff" stroke-width="11" opacity=".85" stroke-linecap="round"/>
    <circle cx="190" cy="430" r="19" fill="${accent}"/><circle cx="234" cy="430" r="19" fill="${light}"/><circle cx="278" cy="430" r="19" fill="#ffffff" opacity=".8"/>`
