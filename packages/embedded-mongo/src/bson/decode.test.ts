import { expect, it } from 'vitest'
import { decode } from './decode.ts'

const named = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

it.each([
  ['a boolean of 2', '09000000 0862 00 02 00'],
  ['the old binary with a longer inner length', '13000000 0578 00 06000000 02 03000000 FFFF 00'],
  ['the old binary with a shorter inner length', '13000000 0578 00 06000000 02 01000000 FFFF 00'],
  ['the old binary without an inner length', '0F000000 0578 00 02000000 02 FFFF 00'],
  [
    'scoped code that is shorter than it says',
    '28000000 0F61 00 21000000 05000000 6162636400 13000000 10780001000000 10790001000000 00 00',
  ],
  [
    'scoped code that is longer than it says',
    '28000000 0F61 00 1F000000 05000000 6162636400 13000000 10780001000000 10790001000000 00 00',
  ],
  ['a string without an end', '0E000000 0261 00 02000000 6161 00'],
  ['a document that is cut', '0E000000 0261'],
])('%s is refused', (_what, hex) => {
  expect(() => decode(named(hex))).toThrow(expect.objectContaining({ codeName: 'InvalidBSON' }))
})

it('scoped code and the old binary are read when their lengths are right', () => {
  const code = '28000000 0F61 00 20000000 05000000 6162636400 13000000 10780001000000 10790001000000 00 00'
  expect(decode(named(code)).get('a')).toMatchObject({ code: 'abcd' })
  const old = decode(named('13000000 0578 00 06000000 02 02000000 FFFF 00')).get('x')
  expect(old).toMatchObject({ sub_type: 2, position: 2 })
})
