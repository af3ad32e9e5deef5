import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { DataDirInUseError, findRunningServer, startEmbeddedMongo } from '../src/index.ts'
import { scratchFolder } from './support/scratch.ts'
import { startServerProcess } from './support/server-process.ts'

describe('one data directory', () => {
  it('belongs to one process at a time; the second is told so, and changes nothing', async () => {
    await using folder = await scratchFolder()
    const first = await startServerProcess({ dataDir: folder.path })
    try {
      const client = await MongoClient.connect(first.uri)
      const items = client.db('shop').collection('items')
      await items.insertOne({ a: 1 })
      const refusals = await Promise.all(
        [true, false].map((inWorker) =>
          startEmbeddedMongo({ dataDir: folder.path, inWorker }).catch((error: unknown) => error),
        ),
      )
      for (const refusal of refusals) {
        expect(refusal).toBeInstanceOf(DataDirInUseError)
        expect(refusal).toMatchObject({ message: `${folder.path} is in use by another process` })
      }
      const second = spawnSync(process.execPath, [
        join(import.meta.dirname, 'support/serve.ts'),
        JSON.stringify({ dataDir: folder.path }),
      ])
      expect(second.status).toBe(1)
      expect(String(second.stderr)).toContain(`${folder.path} is in use by another process`)

      expect(await findRunningServer(folder.path)).toBe(first.uri)
      await items.insertOne({ a: 2 })
      expect(await items.countDocuments()).toBe(2)
      await client.close()
    } finally {
      await first.end('SIGTERM')
    }
  })

  it('is refused within one process too, and free again after the end', async () => {
    await using folder = await scratchFolder()
    const first = await startEmbeddedMongo({ dataDir: folder.path, inWorker: false })
    await expect(startEmbeddedMongo({ dataDir: folder.path, inWorker: false })).rejects.toBeInstanceOf(
      DataDirInUseError,
    )
    await first.close()
    const next = await startEmbeddedMongo({ dataDir: folder.path, inWorker: false })
    await next.close()
  })

  it('is free again after its holder was killed; nobody is told of the dead one', async () => {
    await using folder = await scratchFolder()
    const killed = await startServerProcess({ dataDir: folder.path })
    await killed.end('SIGKILL')
    expect(await findRunningServer(folder.path)).toBeUndefined()
    const next = await startEmbeddedMongo({ dataDir: folder.path, inWorker: false })
    expect(await findRunningServer(folder.path)).toBe(next.uri)
    await next.close()
    expect(await findRunningServer(folder.path)).toBeUndefined()
  })
})
