import { describe, expect, it } from 'vitest'
import type { Message } from '../../contract/index.ts'
import { createToldMessages } from './told-messages.ts'

const message = (seq: number) =>
  ({ id: `m${seq}`, sessionId: 's', seq, role: 'customer', text: '' }) as Message

/** A session of which so many messages are stored; each read can be made to wait or to fail. */
function line(stored: number) {
  const said: Array<number | string> = []
  const reads: Array<PromiseWithResolvers<void>> = []
  const told = createToldMessages({
    async read(_sessionId, afterSeq) {
      const gate = Promise.withResolvers<void>()
      reads.push(gate)
      await gate.promise
      return Array.from({ length: stored - afterSeq }, (_, index) => message(afterSeq + index + 1))
    },
    emit: (_sessionId, { seq }) => void said.push(seq),
    hasSockets: () => true,
    failed: () => undefined,
  })
  return { said, reads, told }
}

describe('the sockets of an instance', () => {
  it('are told at once what comes in order, and nothing twice', () => {
    const { said, told } = line(9)
    for (const seq of [4, 5, 5, 4, 6]) told.tell('s', message(seq))
    expect(said).toEqual([4, 5, 6])
  })

  it('are told what another instance has stored before what follows it, whatever comes meanwhile', async () => {
    const { said, reads, told } = line(4)
    told.given('s', 1)
    told.tell('s', message(3))
    told.inTurn('s', () => said.push('end of the run'))
    told.tell('s', message(2))
    told.tell('s', message(4))
    expect(said).toEqual([])
    reads[0]?.resolve()
    await expect.poll(() => said).toEqual([2, 3, 4, 'end of the run'])
    expect(reads).toHaveLength(1)
  })

  it('are told it though the database has to be asked again', async () => {
    const { said, reads, told } = line(3)
    told.given('s', 1)
    told.tell('s', message(3))
    reads[0]?.reject(new Error('away'))
    await expect.poll(() => reads.length).toBe(2)
    reads[1]?.resolve()
    await expect.poll(() => said).toEqual([2, 3])
  })

  it('can be told what is stored and was never sent', async () => {
    const { said, reads, told } = line(3)
    told.given('s', 2)
    told.catchUp('s')
    reads[0]?.resolve()
    await expect.poll(() => said).toEqual([3])
  })

  it('are told what is known to exist and was never sent, be it known before they were given anything', async () => {
    const { said, reads, told } = line(3)
    told.exists('s', 3)
    told.given('s', 1)
    reads[0]?.resolve()
    await expect.poll(() => said).toEqual([2, 3])
    told.exists('s', 3)
    expect(reads).toHaveLength(1)
  })
})
