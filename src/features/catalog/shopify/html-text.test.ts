import { describe, expect, it } from 'vitest'
import { htmlToText } from './html-text.ts'

describe('htmlToText', () => {
  it('keeps blocks apart and lists readable', () => {
    const html =
      '<h2>Soft</h2><p>Very  <b>soft</b>.<br>Warm.</p><ul><li>Wool</li><li class="x">Silk</li></ul>'
    expect(htmlToText(html)).toBe('Soft\nVery soft.\nWarm.\n• Wool\n• Silk')
  })

  it('drops what no reader sees', () => {
    expect(htmlToText('<style>p{}</style>A<script>alert("<b>")</script><!-- c -->B')).toBe('A B')
  })

  it('decodes entities once', () => {
    expect(htmlToText('Fish &amp; Chips &lt;3 &#8377;5 &#x20B9;6 &nbsp;&amp;amp; &unknown;')).toBe(
      'Fish & Chips <3 ₹5 ₹6 &amp; &unknown;',
    )
  })

  it('leaves a comparison alone', () => {
    expect(htmlToText('5 < 6 and 7 > 3')).toBe('5 < 6 and 7 > 3')
  })
})
