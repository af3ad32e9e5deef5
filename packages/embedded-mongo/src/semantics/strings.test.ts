import { refused, theme } from './case-table.ts'

theme('strings', ({ expression }) => {
  expression('$concat', { $concat: ['a', 'b'] }, 'ab')
  expression('$concat of null', { $concat: ['a', null] }, null)
  expression('$concat of a number', { $concat: ['a', 1] }, refused(16702))
  expression('$toUpper of null', { $toUpper: null }, '')
  expression('$toLower', { $toLower: 'ÀB' }, 'Àb')
  expression('$substrCP', { $substrCP: ['cafétéria', 2, 4] }, 'fété')
  expression('$substrBytes', { $substrBytes: ['cafe', 1, 2] }, 'af')
  expression('$substrBytes within a character', { $substrBytes: ['é', 1, 1] }, refused(28656))
  expression('$substr to the end', { $substr: ['hello', 2, -1] }, 'llo')
  expression('$strLenBytes', { $strLenBytes: 'é' }, 2)
  expression('$strLenCP', { $strLenCP: 'é\u{1F600}' }, 2)
  expression('$strLenCP of null', { $strLenCP: null }, refused(34471))
  expression('$strLenBytes of null', { $strLenBytes: null }, refused(34473))
  expression('$indexOfCP', { $indexOfCP: ['foobar', 'bar'] }, 3)
  expression('$indexOfBytes from a place', { $indexOfBytes: ['abab', 'a', 1] }, 2)
  expression('$indexOfCP of what is not there', { $indexOfCP: ['a', 'x'] }, -1)
  expression('$split', { $split: ['a-b-c', '-'] }, ['a', 'b', 'c'])
  expression('$split by nothing', { $split: ['abc', ''] }, refused(40087))
  expression('$split of null', { $split: [null, '-'] }, null)
  expression('$split of a number', { $split: [1, '-'] }, refused(40085))
  expression('$trim', { $trim: { input: '  a ' } }, 'a')
  expression('$trim of characters', { $trim: { input: 'xxaxy', chars: 'xy' } }, 'a')
  expression('$ltrim', { $ltrim: { input: '  a ' } }, 'a ')
  expression('$rtrim', { $rtrim: { input: '  a ' } }, '  a')
  expression('$replaceOne', { $replaceOne: { input: 'aaa', find: 'a', replacement: 'b' } }, 'baa')
  expression(
    '$replaceAll',
    { $replaceAll: { input: 'a.a', find: '.', replacement: { $literal: '$&' } } },
    'a$&a',
  )
  expression('$strcasecmp', { $strcasecmp: ['ABC', 'abd'] }, -1)
  expression('$regexMatch', { $regexMatch: { input: 'Hello', regex: '^he', options: 'i' } }, true)
  expression(
    '$regexFind',
    { $regexFind: { input: 'foo42bar', regex: /([a-z]+)(\d+)/ } },
    { match: 'foo42', idx: 0, captures: ['foo', '42'] },
  )
  expression('$regexFind of nothing', { $regexFind: { input: 'x', regex: 'y' } }, null)
  expression('$regexFindAll', { $regexFindAll: { input: 'a1b2', regex: '\\d' } }, [
    { match: '1', idx: 1, captures: [] },
    { match: '2', idx: 3, captures: [] },
  ])
  expression('$regexMatch of null', { $regexMatch: { input: null, regex: 'x' } }, false)
  expression('$regexMatch of a number', { $regexMatch: { input: 5, regex: 'x' } }, refused(51104))
})
