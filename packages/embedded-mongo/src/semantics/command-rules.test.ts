import { Long } from 'mongodb'
import { expect } from 'vitest'
import { refused, theme } from './case-table.ts'

theme('cursors by command', ({ test }) => {
  test('a list of collections can be closed before its end', [{}], async (_, client) => {
    const db = client.db('semantics')
    const { cursor } = await db.command({ listCollections: 1, cursor: { batchSize: 0 } })
    const [, ...namespace] = String(cursor.ns).split('.')
    const id = Long.fromBigInt(BigInt(cursor.id))
    const killed = await db.command({ killCursors: namespace.join('.'), cursors: [id] })
    expect(killed.cursorsKilled.map(String)).toEqual([String(id)])
  })
  test('the id of a cursor is a long', [{}], async (collection, client) => {
    const more = client.db('semantics').command({ getMore: 7, collection: collection.collectionName })
    await expect(more).rejects.toMatchObject({ code: 14, codeName: 'TypeMismatch' })
    const kill = client.db('semantics').command({ killCursors: 7, cursors: [] })
    await expect(kill).rejects.toMatchObject({ code: 73, codeName: 'InvalidNamespace' })
  })
  test('a tailing cursor passes over what it is told to', [], async (_, client) => {
    const db = client.db('semantics')
    const log = await db.createCollection<{ _id: number }>('tailed', { capped: true, size: 4096 })
    await log.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
    const { cursor } = await db.command({ find: 'tailed', tailable: true, skip: 2 })
    expect(cursor.firstBatch).toEqual([{ _id: 3 }])
    const refusals = [
      [{ singleBatch: true }, 9],
      [{ sort: { $natural: -1 } }, 2],
    ] as const
    for (const [options, code] of refusals) {
      const command = { find: 'tailed', tailable: true, ...options }
      await expect(db.command(command)).rejects.toMatchObject({ code })
    }
  })
})

theme('collections of the server', ({ test }) => {
  const refusal = { code: 73, codeName: 'InvalidNamespace' }
  test('are not for clients to write', [], async (_, client) => {
    const own = client.db('semantics').collection('system.own')
    await expect(own.insertOne({})).rejects.toMatchObject(refusal)
    await expect(own.updateOne({}, { $set: { v: 1 } }, { upsert: true })).rejects.toMatchObject(refusal)
    expect(await own.countDocuments()).toBe(0)
  })
})

theme('options of aggregate', ({ test }) => {
  const wrong: ReadonlyArray<readonly [object, number]> = [
    [{ allowDiskUse: 'yes' }, 14],
    [{ allowDiskUse: 1 }, 14],
    [{ explain: 1 }, 14],
    [{ bypassDocumentValidation: 'yes' }, 14],
    [{ hint: '' }, 2],
  ]
  for (const [option, code] of wrong)
    test(`refused: ${JSON.stringify(option)}`, [{}], async (collection, client) => {
      const command = { aggregate: collection.collectionName, pipeline: [], cursor: {}, ...option }
      await expect(client.db('semantics').command(command)).rejects.toMatchObject({ code })
    })
})

theme('arguments of stages', ({ pipeline }) => {
  pipeline('$indexStats takes nothing', [{}], [{ $indexStats: { x: 1 } }], refused(28803))
  pipeline('$indexStats of no document', [{}], [{ $indexStats: 1 }], refused(28803))
  const long = Array.from({ length: 1001 }, () => ({ $match: {} }))
  pipeline('$facet of a pipeline too long', [{}], [{ $facet: { a: long } }], refused(7749501))
  const lookup = { $lookup: { from: 'none', pipeline: long, as: 'a' } }
  pipeline('$lookup of a pipeline too long', [{}], [lookup], refused(7749501))
  const topN = { $topN: { n: null, output: '$v', sortBy: { v: 1 } } }
  pipeline('$topN of null', [{ v: 1 }], [{ $group: { _id: null, top: topN } }], refused(5787902))
  pipeline(
    'windows without an order',
    [{ v: 1 }, { v: 2 }],
    [
      { $setWindowFields: { sortBy: null, output: { sum: { $sum: '$v' } } } },
      { $project: { sum: 1, _id: 0 } },
    ],
    [{ sum: 3 }, { sum: 3 }],
  )
  pipeline(
    '$lookup of given documents by their fields',
    [{ v: 'a' }, { v: 'b' }],
    [
      {
        $lookup: {
          pipeline: [{ $documents: [{ w: 'a' }, { w: 'b' }, { w: 'c' }] }, { $set: { x: 1 } }],
          localField: 'v',
          foreignField: 'w',
          as: 'l',
        },
      },
      { $project: { l: 1, _id: 0 } },
    ],
    [{ l: [{ w: 'a', x: 1 }] }, { l: [{ w: 'b', x: 1 }] }],
  )
})

theme('blanks in regular expressions', ({ find }) => {
  const docs = [{ v: 'a b' }, { v: 'a\u00a0b' }, { v: 'a\u3000b' }, { v: 'a\vb' }]
  find('\\s is of ASCII', docs, { v: { $regex: 'a\\sb' } }, [1, 4])
  find('and so in a class', docs, { v: { $regex: 'a[\\s.]b' } }, [1, 4])
  find('\\S is all else', docs, { v: { $regex: 'a\\Sb' } }, [2, 3])
  find('and so in a class, too', docs, { v: { $regex: 'a[\\S.]b' } }, [2, 3])
  find('and in one that is turned round', docs, { v: { $regex: 'a[^\\s]b' } }, [2, 3])
})
