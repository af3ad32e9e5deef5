import { MongoClient, type MongoClientOptions } from 'mongodb'
import { type EmbeddedMongo, type EmbeddedMongoOptions, startEmbeddedMongo } from '../../src/index.ts'

/** A server in this process, and the official driver's client on it; both are gone at the end of the scope. */
export interface RunningMongo extends AsyncDisposable {
  readonly server: EmbeddedMongo
  readonly client: MongoClient
  /** Another client, with options of its own. */
  connect(options?: MongoClientOptions): Promise<MongoClient>
}

export async function runMongo(options: EmbeddedMongoOptions = {}): Promise<RunningMongo> {
  const server = await startEmbeddedMongo({ inWorker: false, ...options })
  const clients: MongoClient[] = []
  const connect = async (clientOptions: MongoClientOptions = {}): Promise<MongoClient> => {
    const client = await MongoClient.connect(server.uri, clientOptions)
    clients.push(client)
    return client
  }
  return {
    server,
    client: await connect(),
    connect,
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close()
      await server.close()
    },
  }
}
