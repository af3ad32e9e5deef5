import type { NamespaceName } from '../../src/contract/index.ts'
import { type Client, connectClient } from './client.ts'
import { type DocumentedRest, documentedRest } from './documented-rest.ts'
import { type Documents, readDocuments } from './documents.ts'
import { startWorld, type World, type WorldOptions } from './world.ts'

/** A shop whose every answer, acknowledgement and broadcast is held against the documents that it serves. */
export interface ContractWorld extends World {
  readonly documents: Documents
  readonly rest: DocumentedRest
}

export async function startContractWorld(options: WorldOptions = {}): Promise<ContractWorld> {
  const world = await startWorld(options)
  const documents = await readDocuments(world.url)
  const clients = new Set<Client<NamespaceName>>()
  const connect = async <N extends NamespaceName>(namespace: N, token?: string): Promise<Client<N>> => {
    const client = await connectClient(world.url, namespace, token, {
      observer: {
        ack: (event, answer) => documents.checkAck(namespace, event, answer),
        broadcast: (event, data) => documents.checkBroadcast(namespace, event, data),
      },
    })
    clients.add(client)
    return client
  }
  return {
    ...world,
    documents,
    rest: documentedRest(world.url, documents),
    connect,
    async close() {
      for (const client of clients) client.close()
      await world.close()
    },
  }
}
