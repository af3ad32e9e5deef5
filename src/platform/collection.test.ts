import { type EmbeddedMongo, startEmbeddedMongo } from '@floorwalker/embedded-mongo'
import { type Db, MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type CollectionDeclaration, ensureCollections } from './collection.ts'

let server: EmbeddedMongo
let client: MongoClient
let db: Db

beforeAll(async () => {
  server = await startEmbeddedMongo()
  client = await new MongoClient(server.uri).connect()
  db = client.db('declared')
})
afterAll(async () => {
  await client.close()
  await server.close()
})

const packets = (expireAfterSeconds: number): CollectionDeclaration => ({
  name: 'packets',
  indexes: [{ key: { createdAt: 1 }, expireAfterSeconds }, { key: { from: 1 } }],
})
const keptFor = async () =>
  (await db.collection('packets').indexes()).find(({ key }) => 'createdAt' in key)?.expireAfterSeconds

it('makes what is missing, at every start and on several instances at once', async () => {
  await Promise.all([1, 2, 3].map(() => ensureCollections(db, [packets(3_600)])))
  await ensureCollections(db, [packets(3_600)])
  expect(await keptFor()).toBe(3_600)
})

it('changes how long documents are kept where an earlier version said otherwise', async () => {
  await ensureCollections(db, [packets(60)])
  expect(await keptFor()).toBe(60)
})

it('refuses any other change of an index, and leaves it as it is', async () => {
  const unique = { name: 'packets', indexes: [{ key: { from: 1 }, unique: true }] }
  await expect(ensureCollections(db, [unique])).rejects.toMatchObject({ code: 86 })
  expect((await db.collection('packets').indexes()).find(({ key }) => 'from' in key)).not.toHaveProperty(
    'unique',
  )
})
