import type { Shape } from './accessories.ts'

export const bottle: Shape = ({ main, dark, light, accent, chance }) => `
    <rect x="262" y="84" width="76" height="66" rx="10" fill="${dark}"/><rect x="274" y="146" width="52" height="40" fill="${accent}"/>
    <path d="${chance(1) > 0.5 ? 'M196 238 Q196 184 250 184 H350 Q404 184 404 238 V478 Q404 510 372 510 H228 Q196 510 196 478 Z' : 'M232 184 H368 Q386 250 420 330 Q452 510 300 510 Q148 510 180 330 Q214 250 232 184 Z'}" fill="${main}"/>
    <rect x="236" y="300" width="128" height="126" rx="10" fill="#fbf8f0"/><path d="M260 338 H340 M260 366 H324 M260 394 H308" stroke="${dark}" stroke-width="7" stroke-linecap="round"/>
    <path d="M222 250 V460" stroke="${light}" stroke-width="10" opacity=".75" stroke-linecap="round"/>`

export const jar: Shape = ({ main, dark, light, accent }) => `
    <path d="M150 280 H450 V440 Q450 496 394 496 H206 Q150 496 150 440 Z" fill="${main}"/><rect x="136" y="196" width="328" height="92" rx="20" fill="${dark}"/>
    <path d="M160 224 H440 M160 256 H440" stroke="${light}" stroke-width="5" opacity=".4"/>
    <rect x="208" y="330" width="184" height="104" rx="12" fill="#fbf8f0"/><path d="M240 366 H360 M258 398 H342" stroke="${dark}" stroke-width="8" stroke-linecap="round"/>
    <circle cx="300" cy="242" r="17" fill="${accent}"/><path d="M176 316 V446" stroke="${light}" stroke-width="9" opacity=".75" stroke-linecap="round"/>`

export const lipstick: Shape = ({ main, dark, light, accent }) => `
    <path d="M252 260 V148 Q256 104 348 84 V260 Z" fill="${main}"/><path d="M272 240 V158 Q280 132 312 118" stroke="${light}" stroke-width="10" fill="none" opacity=".75" stroke-linecap="round"/>
    <rect x="240" y="252" width="120" height="92" fill="${accent}"/><path d="M240 276 H360" stroke="#ffffff" stroke-width="5" opacity=".6"/>
    <rect x="216" y="338" width="168" height="172" rx="16" fill="#2b2d34"/><path d="M240 360 V486" stroke="#ffffff" stroke-width="8" opacity=".25" stroke-linecap="round"/><circle cx="300" cy="424" r="14" fill="${dark}"/>`

export const dumbbell: Shape = ({ main, dark, light, accent }) => `
    <g transform="rotate(-18 300 300)"><rect x="180" y="276" width="240" height="48" rx="14" fill="#9aa1aa"/><path d="M206 290 H394" stroke="#ffffff" stroke-width="7" opacity=".6" stroke-dasharray="9 7"/>
    <rect x="116" y="196" width="72" height="208" rx="26" fill="${main}"/><rect x="412" y="196" width="72" height="208" rx="26" fill="${main}"/>
    <rect x="72" y="232" width="52" height="136" rx="22" fill="${dark}"/><rect x="476" y="232" width="52" height="136" rx="22" fill="${dark}"/>
    <path d="M136 224 V376 M432 224 V376" stroke="${light}" stroke-width="8" opacity=".7" stroke-linecap="round"/><circle cx="164" cy="300" r="10" fill="${accent}"/><circle cx="460" cy="300" r="10" fill="${accent}"/></g>`

export const mat: Shape = ({ main, dark, light, accent }) => `
    <path d="M132 362 L420 208 Q520 196 536 276 L250 448 Z" fill="${dark}"/><path d="M92 360 Q92 270 178 270 L448 160 Q530 160 536 246 Q540 300 500 330 L236 470 Q92 482 92 360 Z" fill="${main}"/>
    <circle cx="184" cy="372" r="88" fill="${light}"/><circle cx="184" cy="372" r="60" fill="none" stroke="${main}" stroke-width="16"/><circle cx="184" cy="372" r="22" fill="${dark}"/>
    <path d="M322 212 Q392 260 376 396 M420 172 Q486 216 470 346" stroke="${accent}" stroke-width="17" fill="none"/>`

export const flask: Shape = ({ main, dark, light, accent }) => `
    <path d="M276 92 Q276 66 300 66 Q324 66 324 92" fill="none" stroke="${dark}" stroke-width="12"/><rect x="248" y="90" width="104" height="76" rx="16" fill="${dark}"/>
    <path d="M250 166 H350 Q402 206 402 270 V472 Q402 516 358 516 H242 Q198 516 198 472 V270 Q198 206 250 166 Z" fill="${main}"/>
    <path d="M198 420 H402" stroke="${accent}" stroke-width="18"/><path d="M228 270 V470" stroke="${light}" stroke-width="11" opacity=".75" stroke-linecap="round"/>`

export const ball: Shape = ({ main, dark, light, accent }) => `
    <circle cx="300" cy="308" r="196" fill="${main}"/><path d="M300 112 Q210 300 300 504 M300 112 Q390 300 300 504" stroke="${dark}" stroke-width="7" fill="none" opacity=".55"/>
    <path d="M106 290 Q300 350 494 290" stroke="${accent}" stroke-width="13" fill="none"/><path d="M166 220 Q196 166 250 146" stroke="${light}" stroke-width="15" fill="none" opacity=".8" stroke-linecap="round"/>`
