import type { Shape } from './accessories.ts'

export const pan: Shape = ({ main, dark, light }) => `
    <rect x="404" y="286" width="170" height="34" rx="17" fill="${dark}"/><circle cx="548" cy="303" r="7" fill="${light}"/>
    <circle cx="250" cy="304" r="176" fill="${main}"/><circle cx="250" cy="304" r="146" fill="${dark}"/>
    <circle cx="250" cy="304" r="132" fill="none" stroke="${main}" stroke-width="3" opacity=".6"/>
    <path d="M146 246 A120 120 0 0 1 232 186" stroke="${light}" stroke-width="11" fill="none" opacity=".7" stroke-linecap="round"/>`

export const mug: Shape = ({ main, dark, light, accent }) => `
    <path d="M402 242 Q506 232 500 320 Q494 404 390 400" fill="none" stroke="${main}" stroke-width="32"/>
    <path d="M152 190 H414 L398 470 Q392 500 360 500 H206 Q174 500 168 470 Z" fill="${main}"/>
    <ellipse cx="283" cy="190" rx="131" ry="30" fill="${dark}"/><ellipse cx="283" cy="196" rx="108" ry="20" fill="#5a3a26"/>
    <path d="M163 380 H404" stroke="${accent}" stroke-width="22"/><path d="M186 250 L198 452" stroke="${light}" stroke-width="10" opacity=".7" stroke-linecap="round"/>
    <path d="M240 132 q-18 -28 0 -56 M300 132 q-18 -28 0 -56" stroke="${dark}" stroke-width="7" fill="none" opacity=".3" stroke-linecap="round"/>`

export const kettle: Shape = ({ main, dark, light, accent }) => `
    <path d="M398 212 Q512 226 492 348 Q484 404 440 420" fill="none" stroke="${dark}" stroke-width="28" stroke-linecap="round"/>
    <path d="M186 300 L96 226 L118 202 L206 236 Z" fill="${main}"/>
    <path d="M208 190 H392 L444 470 Q446 500 414 500 H186 Q154 500 156 470 Z" fill="${main}"/>
    <path d="M208 190 Q300 118 392 190 Z" fill="${dark}"/><circle cx="300" cy="142" r="18" fill="${accent}"/>
    <path d="M228 236 L192 454" stroke="${light}" stroke-width="11" opacity=".7" stroke-linecap="round"/><path d="M160 462 H440" stroke="${dark}" stroke-width="10" opacity=".5"/>`

export const knife: Shape = ({ main, dark, light, accent }) => `
    <g transform="rotate(-32 300 300)"><path d="M70 300 Q190 226 384 262 V338 H180 Q104 338 70 300 Z" fill="#d9dde2" stroke="#9aa1aa" stroke-width="4"/>
    <path d="M110 302 Q220 254 376 280" stroke="#ffffff" stroke-width="8" fill="none" opacity=".9"/>
    <rect x="384" y="252" width="26" height="94" rx="6" fill="${dark}"/><rect x="406" y="264" width="150" height="66" rx="26" fill="${main}"/>
    <circle cx="446" cy="297" r="8" fill="${accent}"/><circle cx="512" cy="297" r="8" fill="${accent}"/><path d="M424 280 H536" stroke="${light}" stroke-width="6" opacity=".7" stroke-linecap="round"/></g>`

export const lamp: Shape = ({ main, dark, light, accent }) => `
    <path d="M214 106 H386 L458 300 H142 Z" fill="${main}"/><path d="M142 300 H458 L560 520 H40 Z" fill="${accent}" opacity=".16"/>
    <path d="M236 132 L182 280" stroke="${light}" stroke-width="9" opacity=".7" stroke-linecap="round"/>
    <rect x="288" y="300" width="24" height="176" fill="${dark}"/><path d="M204 500 Q206 466 300 466 Q394 466 396 500 Z" fill="${dark}"/>
    <circle cx="300" cy="312" r="22" fill="#ffe9a8"/>`

export const vase: Shape = ({ main, dark, light, accent }) => `
    <path d="M300 214 Q280 120 216 92 M300 214 Q306 116 330 70 M300 214 Q330 134 398 116" stroke="#5c7f4d" stroke-width="8" fill="none" stroke-linecap="round"/>
    <circle cx="212" cy="90" r="27" fill="${accent}"/><circle cx="332" cy="66" r="30" fill="${accent}"/><circle cx="402" cy="112" r="24" fill="${accent}"/>
    <path d="M252 196 H348 Q340 256 392 316 Q440 400 372 498 Q300 520 228 498 Q160 400 208 316 Q260 256 252 196 Z" fill="${main}"/>
    <path d="M196 384 Q300 420 404 384" stroke="${dark}" stroke-width="10" fill="none" opacity=".5"/><path d="M228 330 Q196 398 226 458" stroke="${light}" stroke-width="11" fill="none" opacity=".75" stroke-linecap="round"/>`

export const cushion: Shape = ({ main, dark, light, accent, chance }) => `
    <path d="M112 132 Q300 176 488 132 Q448 300 488 476 Q300 432 112 476 Q152 300 112 132 Z" fill="${main}"/>
    <path d="M150 176 Q300 206 450 176 M150 432 Q300 404 450 432" stroke="${dark}" stroke-width="6" fill="none" opacity=".45"/>
    ${chance(1) > 0.5 ? `<path d="M300 200 L392 304 L300 408 L208 304 Z" fill="none" stroke="${accent}" stroke-width="13"/>` : `<path d="M164 244 Q300 264 436 244 M160 304 Q300 314 440 304 M164 364 Q300 352 436 364" stroke="${accent}" stroke-width="13" fill="none"/>`}
    <path d="M162 204 Q170 300 158 400" stroke="${light}" stroke-width="8" fill="none" opacity=".6" stroke-linecap="round"/>`

export const candle: Shape = ({ main, dark, light, accent }) => `
    <path d="M300 84 Q346 148 300 192 Q254 148 300 84 Z" fill="#f4b545"/><path d="M300 126 Q320 158 300 184 Q280 158 300 126 Z" fill="#fff3cc"/>
    <path d="M300 186 V238" stroke="#43362c" stroke-width="7"/>
    <path d="M186 236 H414 V472 Q414 504 382 504 H218 Q186 504 186 472 Z" fill="${main}"/><ellipse cx="300" cy="236" rx="114" ry="24" fill="${light}"/>
    <rect x="222" y="318" width="156" height="108" rx="8" fill="#fbf8f0"/><path d="M250 354 H350 M266 386 H334" stroke="${dark}" stroke-width="8" stroke-linecap="round"/>
    <circle cx="300" cy="462" r="10" fill="${accent}"/>`

export const parcel: Shape = ({ main, dark, light, accent }) => `
    <path d="M300 128 L492 212 V412 L300 506 L108 412 V212 Z" fill="${main}"/><path d="M300 300 L492 212 V412 L300 506 Z" fill="${dark}" opacity=".45"/>
    <path d="M300 128 L492 212 L300 300 L108 212 Z" fill="${light}"/><path d="M204 170 L396 256 V330 L350 350 V278 L160 190 Z" fill="${accent}" opacity=".85"/>`
