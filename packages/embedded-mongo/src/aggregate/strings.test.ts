import { Binary } from 'bson'
import { type Case, describeExpressions } from './test-expressions.ts'

const STRINGS: readonly Case[] = [
  [{ $concat: ['a', '$b'] }, 'ax', { b: 'x' }],
  [{ $concat: ['a', null] }, null],
  [{ $toLower: 'ÀBC' }, 'Àbc'],
  [{ $toUpper: 'abc' }, 'ABC'],
  [{ $toUpper: null }, ''],
  [{ $toLower: 12.5 }, '12.5'],
  [{ $split: ['a-b--c', '-'] }, ['a', 'b', '', 'c']],
  [{ $strcasecmp: ['a', 'B'] }, -1],
  [{ $strLenBytes: 'é' }, 2],
  [{ $strLenCP: '😀é' }, 2],
  [{ $substrBytes: ['éclair', 0, 3] }, 'éc'],
  [{ $substrCP: ['éclair', 1, 3] }, 'cla'],
  [{ $substr: ['hello', 1, -1] }, 'ello'],
  [{ $indexOfBytes: ['cafétéria', 't'] }, 5],
  [{ $indexOfCP: ['cafétéria', 't'] }, 4],
  [{ $indexOfCP: ['abc', 'c', 0, 2] }, -1],
  [{ $indexOfCP: [null, 'c'] }, null],
  [{ $trim: { input: '  a ' } }, 'a'],
  [{ $ltrim: { input: 'xxay', chars: 'xy' } }, 'ay'],
  [{ $rtrim: { input: 'xxay', chars: 'xy' } }, 'xxa'],
  [{ $replaceOne: { input: 'a.b.c', find: '.', replacement: '-' } }, 'a-b.c'],
  [{ $replaceAll: { input: 'a.b.c', find: '.', replacement: { $literal: '$&' } } }, 'a$&b$&c'],
  [{ $regexMatch: { input: 'Hello', regex: 'hel', options: 'i' } }, true],
  [{ $regexMatch: { input: null, regex: 'hel' } }, false],
  [{ $regexFind: { input: 'a😀bc', regex: 'b(c)(d)?' } }, { match: 'bc', idx: 2, captures: ['c', null] }],
  [{ $regexFind: { input: 'a', regex: 'b' } }, null],
  [
    { $regexFindAll: { input: 'a1b2', regex: '[0-9]' } },
    [
      { match: '1', idx: 1, captures: [] },
      { match: '2', idx: 3, captures: [] },
    ],
  ],
  [{ $binarySize: new Binary(new Uint8Array(3)) }, 3],
  [{ $bsonSize: { a: 1 } }, 12],
]

describeExpressions('strings', STRINGS)
