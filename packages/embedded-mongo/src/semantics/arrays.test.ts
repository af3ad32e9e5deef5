import { Double } from 'mongodb'
import { MISSING, refused, theme } from './case-table.ts'

const LIST = {
  l: [3, 1, 2],
  docs: [
    { k: 'a', v: 1 },
    { k: 'b', v: 2 },
  ],
}

theme('arrays', ({ expression }) => {
  const on = (row: string, value: unknown, expected: unknown) => expression(row, value, expected, LIST)
  on('$arrayElemAt', { $arrayElemAt: ['$l', 1] }, 1)
  on('$arrayElemAt from the end', { $arrayElemAt: ['$l', -1] }, 2)
  on('$arrayElemAt beyond', { $arrayElemAt: ['$l', 9] }, MISSING)
  on('$arrayElemAt of no array', { $arrayElemAt: ['x', 0] }, refused(28689))
  on('$first', { $first: '$l' }, 3)
  on('$last', { $last: '$l' }, 2)
  on('$firstN', { $firstN: { input: '$l', n: 2 } }, [3, 1])
  on('$lastN', { $lastN: { input: '$l', n: 2 } }, [1, 2])
  on('$maxN', { $maxN: { input: '$l', n: 2 } }, [3, 2])
  on('$minN', { $minN: { input: '$l', n: 2 } }, [1, 2])
  on('$concatArrays', { $concatArrays: ['$l', [9]] }, [3, 1, 2, 9])
  on('$concatArrays of null', { $concatArrays: ['$l', null] }, null)
  on('$concatArrays of a scalar', { $concatArrays: ['$l', 1] }, refused(28664))
  on('$filter', { $filter: { input: '$l', as: 'x', cond: { $gt: ['$$x', 1] } } }, [3, 2])
  on('$filter with a limit', { $filter: { input: '$l', cond: { $gt: ['$$this', 1] }, limit: 1 } }, [3])
  on('$filter of no array', { $filter: { input: 5, cond: true } }, refused(28651))
  on('$map', { $map: { input: '$l', as: 'x', in: { $multiply: ['$$x', 2] } } }, [6, 2, 4])
  on('$map of no array', { $map: { input: 5, in: 1 } }, refused(16883))
  on('$map makes null of missing', { $map: { input: '$docs', in: '$$this.zz' } }, [null, null])
  on('$reduce', { $reduce: { input: '$l', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6)
  on('$size', { $size: '$l' }, 3)
  on('$size of no array', { $size: 5 }, refused(17124))
  on('$slice', { $slice: ['$l', 1, 5] }, [1, 2])
  on('$slice from the end', { $slice: ['$l', -2] }, [1, 2])
  on('$slice of none', { $slice: ['$l', 0, 0] }, refused(28729))
  on('$reverseArray', { $reverseArray: '$l' }, [2, 1, 3])
  on('$range', { $range: [0, 10, 4] }, [0, 4, 8])
  on('$range by zero', { $range: [0, 1, 0] }, refused(34449))
  on('$indexOfArray', { $indexOfArray: ['$l', 2] }, 2)
  on('$isArray', [{ $isArray: '$l' }, { $isArray: 5 }], [true, false])
  on('$zip', { $zip: { inputs: [[1, 2], ['a']] } }, [[1, 'a']])
  on(
    '$zip to the longest',
    { $zip: { inputs: [[1, 2], ['a']], useLongestLength: true, defaults: [0, 'z'] } },
    [
      [1, 'a'],
      [2, 'z'],
    ],
  )
  on('$sortArray', { $sortArray: { input: '$l', sortBy: 1 } }, [1, 2, 3])
  on('$sortArray by a field', { $sortArray: { input: '$docs', sortBy: { v: -1 } } }, [
    { k: 'b', v: 2 },
    { k: 'a', v: 1 },
  ])
  on('$sortArray by two', { $sortArray: { input: '$l', sortBy: 2 } }, refused(2942506))
  on('$arrayToObject', { $arrayToObject: '$docs' }, { a: 1, b: 2 })
  on(
    '$arrayToObject of pairs',
    {
      $arrayToObject: {
        $literal: [
          ['a', 1],
          ['a', 2],
        ],
      },
    },
    { a: 2 },
  )
  on('$objectToArray', { $objectToArray: { x: 1 } }, [{ k: 'x', v: 1 }])
  on(
    '$setUnion',
    {
      $setUnion: [
        [2, 1],
        [1, 3],
      ],
    },
    [1, 2, 3],
  )
  on(
    '$setIntersection',
    {
      $setIntersection: [
        [2, 1],
        [1, 3],
      ],
    },
    [1],
  )
  on(
    '$setDifference',
    {
      $setDifference: [
        [2, 1],
        [1, 3],
      ],
    },
    [2],
  )
  on(
    '$setEquals',
    {
      $setEquals: [
        [1, 2, 2],
        [2, 1],
      ],
    },
    true,
  )
  on('$setIsSubset', { $setIsSubset: [[1], [1, 2]] }, true)
  on('$allElementsTrue', { $allElementsTrue: [[1, true]] }, true)
  on('$anyElementTrue', { $anyElementTrue: [[0, false]] }, false)
  on('$sum of an array', { $sum: '$l' }, 6)
  on('$avg of an array', { $avg: '$l' }, new Double(2))
  on('$max of arguments', { $max: [1, 'a', 2] }, 'a')
  on('$sum passes over what is no number', { $sum: [1, 'x', null, 2] }, 3)
  on('$median', { $median: { input: [1, 5, 9], method: 'approximate' } }, new Double(5))
  on('$percentile', { $percentile: { input: [1, 2, 3, 4, 5], p: [0.5, 1], method: 'approximate' } }, [
    new Double(3),
    new Double(5),
  ])
})

theme('objects', ({ expression }) => {
  expression('$mergeObjects', { $mergeObjects: [{ a: 1, b: 1 }, { b: 2 }, null] }, { a: 1, b: 2 })
  expression('$mergeObjects of a scalar', { $mergeObjects: [5] }, refused(40400))
  expression('$getField', { $getField: { field: 'a.b', input: { $literal: { 'a.b': 5 } } } }, 5)
  expression(
    '$getField of a name with a dollar',
    { $getField: { field: { $literal: '$a' }, input: { $literal: { $a: 5 } } } },
    5,
  )
  expression('$getField of no string', { $getField: { field: 5, input: {} } }, refused(5654602))
  expression(
    '$setField',
    { $setField: { field: 'x.y', input: { $literal: { a: 1 } }, value: 2 } },
    { a: 1, 'x.y': 2 },
  )
  expression(
    '$setField by $$REMOVE',
    { $setField: { field: 'a', input: { $literal: { a: 1, b: 2 } }, value: '$$REMOVE' } },
    { b: 2 },
  )
  expression('$unsetField', { $unsetField: { field: 'a', input: { $literal: { a: 1, b: 2 } } } }, { b: 2 })
  expression('$bsonSize', { $bsonSize: { a: 1 } }, 12)
  expression('$binarySize', { $binarySize: 'abc' }, 3)
})
