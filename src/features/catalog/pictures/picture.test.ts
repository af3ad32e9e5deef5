import { describe, expect, it } from 'vitest'
import { drawImage, picturePath, shapeFor } from './picture.ts'

describe('drawImage', () => {
  it('draws the same picture for the same path, and another for another colour', () => {
    const path = picturePath('sunglasses', 'Rose Gold', 'solstice-aviator-sunglasses')
    expect(path).toBe('/images/sunglasses/rose-gold/solstice-aviator-sunglasses.svg')
    const first = drawImage(path)
    expect(first?.type).toBe('image/svg+xml')
    expect(first?.body).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
    expect(drawImage(path)).toEqual(first)
    expect(drawImage(picturePath('sunglasses', 'Black', 'solstice-aviator-sunglasses'))).not.toEqual(first)
  })

  it('draws in a colour that it has no name for', () => {
    expect(drawImage('/images/mug/octarine/x.svg')?.body).not.toContain('NaN')
  })

  it('knows nothing of other paths', () => {
    for (const path of [
      '/images/unicorn/red/a.svg',
      '/images/mug/red/a.png',
      '/images/mug/red/../a.svg',
      '/images/mug/red/<script>.svg',
      '/images/constructor/red/a.svg',
      '/images/mug/red/A.svg',
      '',
    ]) {
      expect(drawImage(path)).toBeNull()
    }
  })
})

describe('shapeFor', () => {
  it('goes by the words, and shows a parcel where none is known', () => {
    expect(shapeFor(['mens', 'watches'])).toBe('watch')
    expect(shapeFor(['motorcycle'])).toBe('parcel')
  })
})
