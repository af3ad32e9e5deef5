import type { Document } from 'mongodb'
import { expect } from 'vitest'
import { theme } from './case-table.ts'

theme('validators', ({ test }) => {
  const refused = (row: string, validator: Document, doc: Document, details: Document) =>
    test(row, [], async (collection, client) => {
      const name = `${collection.collectionName}_valid`
      const guarded = await client.db('semantics').createCollection<Document>(name, { validator })
      await expect(guarded.insertOne({ _id: 1 as never, ...doc })).rejects.toMatchObject({
        code: 121,
        errInfo: { failingDocumentId: 1, details },
      })
      expect(await guarded.countDocuments()).toBe(0)
    })
  const type = {
    operatorName: 'bsonType',
    specifiedAs: { bsonType: 'int' },
    reason: 'type did not match',
    consideredValue: 'x',
    consideredType: 'string',
  }
  refused(
    'a type',
    { $jsonSchema: { properties: { a: { bsonType: 'int', description: 'a whole number' } } } },
    { a: 'x' },
    {
      operatorName: '$jsonSchema',
      schemaRulesNotSatisfied: [
        {
          operatorName: 'properties',
          propertiesNotSatisfied: [{ propertyName: 'a', description: 'a whole number', details: [type] }],
        },
      ],
    },
  )
  refused(
    'a missing field',
    { $jsonSchema: { required: ['a', 'b'] } },
    { b: 1 },
    {
      operatorName: '$jsonSchema',
      schemaRulesNotSatisfied: [
        { operatorName: 'required', specifiedAs: { required: ['a', 'b'] }, missingProperties: ['a'] },
      ],
    },
  )
  refused(
    'a field too many',
    { $jsonSchema: { properties: { _id: {}, a: {} }, additionalProperties: false } },
    { a: 1, z: 1 },
    {
      operatorName: '$jsonSchema',
      schemaRulesNotSatisfied: [
        {
          operatorName: 'additionalProperties',
          specifiedAs: { additionalProperties: false },
          additionalProperties: ['z'],
        },
      ],
    },
  )
  refused(
    'a comparison',
    { a: { $gt: 5 } },
    { a: 3 },
    { operatorName: '$gt', specifiedAs: { a: { $gt: 5 } }, reason: 'comparison failed', consideredValue: 3 },
  )
  refused(
    'a field that the comparison misses',
    { a: { $gt: 5 } },
    {},
    { operatorName: '$gt', specifiedAs: { a: { $gt: 5 } }, reason: 'field was missing' },
  )
  refused(
    'one of several',
    { a: { $gt: 5 }, b: 1 },
    { a: 9, b: 2 },
    {
      operatorName: '$and',
      clausesNotSatisfied: [{ index: 1, details: { operatorName: '$eq', consideredValue: 2 } }],
    },
  )
  refused(
    'an expression',
    { $expr: { $lt: ['$a', '$b'] } },
    { a: 2, b: 1 },
    { operatorName: '$expr', reason: 'expression did not match', expressionResult: false },
  )
  refused(
    'every alternative',
    { $or: [{ a: 1 }, { b: 1 }] },
    {},
    {
      operatorName: '$or',
      clausesNotSatisfied: [{ index: 0 }, { index: 1 }],
    },
  )
  test(
    'moderate leaves alone what was wrong before, off leaves all',
    [{ a: 'x' }],
    async (collection, client) => {
      const set = (options: Document) =>
        client.db('semantics').command({ collMod: collection.collectionName, ...options })
      await set({ validator: { a: { $type: 'int' } } })
      const change = () => collection.updateOne({}, { $set: { b: 1 } })
      await expect(change()).rejects.toMatchObject({ code: 121 })
      await expect(
        collection.updateOne({}, { $set: { b: 1 } }, { bypassDocumentValidation: true }),
      ).resolves.toMatchObject({ modifiedCount: 1 })
      await set({ validationLevel: 'moderate' })
      await collection.updateOne({}, { $set: { b: 2 } })
      await expect(collection.insertOne({ a: 'y' })).rejects.toMatchObject({ code: 121 })
      await set({ validationLevel: 'off' })
      await collection.insertOne({ a: 'y' })
      await set({ validationLevel: 'strict', validationAction: 'warn' })
      await collection.insertOne({ a: 'z' })
      expect(await collection.countDocuments()).toBe(3)
    },
  )
  test('what no validator can be', [], async (_collection, client) => {
    const create = (validator: Document) => client.db('semantics').createCollection('never', { validator })
    await expect(create({ $text: { $search: 'x' } })).rejects.toMatchObject({ code: 2 })
    await expect(create({ a: { $foo: 1 } })).rejects.toMatchObject({ code: 2 })
    await expect(create({ $jsonSchema: { foo: 1 } })).rejects.toMatchObject({ code: 9 })
  })
})
