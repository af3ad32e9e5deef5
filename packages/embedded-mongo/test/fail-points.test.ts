import { MongoClient, MongoNetworkError, MongoServerError } from 'mongodb'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type EmbeddedMongo, startEmbeddedMongo } from '../src/index.ts'

let server: EmbeddedMongo
let client: MongoClient

beforeAll(async () => {
  server = await startEmbeddedMongo()
  client = await MongoClient.connect(server.uri, { retryWrites: false })
})
afterEach(() => client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' }))
afterAll(async () => {
  await client.close()
  await server.close()
})

const failOnce = (data: Record<string, unknown>) =>
  client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })

it('fails a command as often as it is told', async () => {
  const things = client.db('shop').collection('things')
  await failOnce({ failCommands: ['insert'], errorCode: 11601 })
  await expect(things.insertOne({ n: 1 })).rejects.toMatchObject({ code: 11601 })
  expect(await things.countDocuments()).toBe(0)
  await things.insertOne({ n: 1 })
})

it('cuts the connection of a command that the server does not even know', async () => {
  await failOnce({ failCommands: ['createUser'], closeConnection: true })
  await expect(client.db('shop').command({ createUser: 'a' })).rejects.toBeInstanceOf(MongoNetworkError)
})

it('a failed write concern within a transaction does not make the transaction one to run again', async () => {
  const things = client.db('shop').collection<{ _id: string }>('others')
  await things.insertOne({ _id: 'there before' })
  await failOnce({ failCommands: ['insert'], writeConcernError: { code: 91, errmsg: 'shutting down' } })
  await client.withSession(async (session) => {
    session.startTransaction()
    const failed = await things.insertOne({ _id: 'new' }, { session }).catch((error: unknown) => error)
    if (!(failed instanceof MongoServerError)) throw new Error('the insert did not fail')
    expect(failed.code).toBe(91)
    expect(failed.hasErrorLabel('TransientTransactionError')).toBe(false)
    await session.abortTransaction()
  })
})

it('fails what one collection is asked, the next pages of its cursors among it', async () => {
  const [things, others] = ['paged', 'other'].map((name) => client.db('shop').collection(name))
  for (const collection of [things, others]) await collection?.insertMany([{ n: 1 }, { n: 2 }])
  const pages = [things, others].map((collection) => collection?.find({}, { batchSize: 1 }))
  for (const cursor of pages) await cursor?.next()
  await client.db('admin').command({
    configureFailPoint: 'failCommand',
    mode: 'alwaysOn',
    data: { failCommands: ['getMore'], namespace: 'shop.paged', errorCode: 286 },
  })
  await expect(pages[0]?.next()).rejects.toMatchObject({ code: 286 })
  expect(await pages[1]?.next()).toMatchObject({ n: 2 })
})
