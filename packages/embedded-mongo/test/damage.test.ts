import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toDoc } from '../src/bson/convert.ts'
import { Engine } from '../src/engine/engine.ts'
import { parseIndexSpec } from '../src/index/spec.ts'
import { DamagedStoreError, startEmbeddedMongo } from '../src/index.ts'
import { scratchFolder } from './support/scratch.ts'
import { stateOf } from './support/stored-state.ts'

const SESSION = 'a session of 16 b'
const FILE = 'floorwalker.sqlite'

function open(dataDir: string): Engine {
  return Engine.open({ dataDir, ttlSweepMs: 0 })
}

async function fill(engine: Engine): Promise<void> {
  await engine.createCollection('shop.empty')
  await engine.createIndexes('shop.items', [parseIndexSpec(toDoc({ key: { a: 1 }, name: 'a_1' }))])
  for (let commit = 0; commit < 30; commit += 1) {
    await engine.run((work) => {
      for (let n = 0; n < 5; n += 1)
        work.insert('shop.items', toDoc({ _id: `${commit}/${n}`, a: n, text: 'x'.repeat(commit * 10) }))
      work.insert('shop.more', toDoc({ _id: commit }))
      const reply = toDoc({ n: 5 })
      work.statements.push({ session: SESSION, number: BigInt(commit), statement: 0, reply })
    })
  }
}

describe('a file that is not what was written', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let killed: string
  let closed: string
  let whole: unknown

  beforeAll(async () => {
    folder = await scratchFolder()
    closed = join(folder.path, 'closed')
    killed = join(folder.path, 'killed')
    const engine = open(closed)
    await fill(engine)
    whole = stateOf(engine, [SESSION])
    // what a kill leaves behind: everything still in the log
    cpSync(closed, killed, { recursive: true })
    await engine.close()
  })

  afterAll(() => folder[Symbol.asyncDispose]())

  /** Opens a damaged copy: it must show everything or refuse with the name of a file of its own. */
  async function openDamaged(from: string, damage: (dir: string) => void): Promise<'whole' | 'refused'> {
    const dir = join(folder.path, 'copy')
    rmSync(dir, { recursive: true, force: true })
    cpSync(from, dir, { recursive: true })
    damage(dir)
    let engine: Engine | undefined
    try {
      engine = open(dir)
      expect(stateOf(engine, [SESSION])).toEqual(whole)
      return 'whole'
    } catch (error) {
      if (!(error instanceof DamagedStoreError)) throw error
      expect(error.message).toContain(join(dir, 'floorwalker.'))
      return 'refused'
    } finally {
      await engine?.close()
    }
  }

  it('shows everything when nothing is wrong', async () => {
    expect(await openDamaged(closed, () => undefined)).toBe('whole')
    expect(await openDamaged(killed, () => undefined)).toBe('whole')
  })

  it('is refused by name, or shows everything: bytes changed or missing at any place', async () => {
    const outcomes = new Set<string>()
    const cases = [closed, killed].flatMap((from) =>
      readdirSync(from).flatMap((name) =>
        readFileSync(join(from, name)).length > 0 ? [{ from, name }] : [],
      ),
    )
    const damage = fc.record({
      at: fc.noBias(fc.nat()),
      kind: fc.constantFrom('flip', 'cut', 'blank'),
      bit: fc.integer({ min: 0, max: 7 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), damage, async ({ from, name }, { at, kind, bit }) => {
        outcomes.add(
          await openDamaged(from, (dir) => {
            const file = join(dir, name)
            const bytes = readFileSync(file)
            const place = at % bytes.length
            if (kind === 'flip') bytes[place] = (bytes[place] ?? 0) ^ (1 << bit)
            else if (kind === 'blank') bytes.fill(0, place, Math.min(place + 512, bytes.length))
            writeFileSync(file, kind === 'cut' ? bytes.subarray(0, place) : bytes)
          }),
        )
      }),
      { numRuns: 100 },
    )
    expect(outcomes).toEqual(new Set(['whole', 'refused']))
  })

  it.each([
    ['the file is gone after a clean end', () => closed, FILE],
    ['the file is gone after a kill', () => killed, FILE],
    ['the log is gone after a kill', () => killed, `${FILE}-wal`],
  ])('is refused when %s', async (_, from, name) => {
    expect(await openDamaged(from(), (dir) => rmSync(join(dir, name)))).toBe('refused')
  })

  it('is refused when an older copy takes its place', async () => {
    const older = join(folder.path, 'older')
    const engine = open(older)
    await engine.createCollection('shop.empty')
    await engine.close()
    const outcome = await openDamaged(closed, (dir) => copyFileSync(join(older, FILE), join(dir, FILE)))
    expect(outcome).toBe('refused')
  })

  it.each([
    [
      'a document of a collection that does not exist',
      'UPDATE records SET collection = 99 WHERE collection = 2 AND id = 3',
    ],
    ['a document in the place of another', 'UPDATE records SET id = 100000 WHERE id = 3'],
    ['a collection under another name', "UPDATE collections SET namespace = 'shop.Items'"],
    ['a commit under another number', 'UPDATE events SET sequence = 100000 WHERE sequence = 3'],
  ])('is refused with %s', async (_, sql) => {
    const outcome = await openDamaged(closed, (dir) => {
      const database = new DatabaseSync(join(dir, FILE))
      database.exec(sql)
      database.close()
    })
    expect(outcome).toBe('refused')
  })

  it('shows everything where nothing new can be made beside it, as on a full disk', async () => {
    const outcome = await openDamaged(killed, (dir) => mkdirSync(join(dir, `${FILE}-shm`)))
    expect(outcome).toBe('whole')
  })

  it('stays as it is, and begins anew when all of it is moved away', async () => {
    const dir = join(folder.path, 'cut')
    cpSync(closed, dir, { recursive: true })
    const file = join(dir, FILE)
    const torn = readFileSync(file).subarray(0, 5000)
    writeFileSync(file, torn)
    expect(() => open(dir)).toThrowError(DamagedStoreError)
    expect(readFileSync(file).equals(torn)).toBe(true)
    for (const name of readdirSync(dir)) rmSync(join(dir, name))
    const engine = open(dir)
    expect(engine.databases()).toEqual([])
    await engine.close()
  })

  it.each([true, false])('is refused by the server too (in a thread: %s)', async (inWorker) => {
    const dir = join(folder.path, `server-${inWorker}`)
    cpSync(closed, dir, { recursive: true })
    writeFileSync(join(dir, FILE), 'this is not a database')
    const refusal = await startEmbeddedMongo({ dataDir: dir, inWorker }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DamagedStoreError)
    expect(refusal).toMatchObject({ file: join(dir, FILE) })
    expect(existsSync(join(dir, 'server.json'))).toBe(false)
  })

  it('is told from a folder that cannot be used', async () => {
    const dir = join(folder.path, 'blocked')
    cpSync(closed, dir, { recursive: true })
    rmSync(join(dir, FILE))
    cpSync(closed, join(dir, FILE), { recursive: true })
    expect(() => open(dir)).toThrowError(`the database file ${join(dir, FILE)} cannot be opened`)
  })
})
