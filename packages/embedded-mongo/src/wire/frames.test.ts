import { describe, expect, it } from 'vitest'
import { FrameAssembler, MAX_MESSAGE_BYTES } from './frames.ts'

function frame(length: number, fill = 7): Buffer {
  const bytes = Buffer.alloc(length, fill)
  bytes.writeInt32LE(length, 0)
  return bytes
}

function collect(chunks: readonly Buffer[]): Buffer[] {
  const assembler = new FrameAssembler()
  const frames: Buffer[] = []
  for (const chunk of chunks) assembler.push(chunk, (complete) => frames.push(complete))
  return frames
}

describe('the assembler of frames', () => {
  it('hands out a frame that came in one piece without copying it', () => {
    const whole = frame(40)
    expect(collect([whole])[0]).toBe(whole)
  })

  it('cuts several frames out of one piece', () => {
    const frames = collect([Buffer.concat([frame(16, 1), frame(30, 2), frame(17, 3)])])
    expect(frames.map(({ length }) => length)).toEqual([16, 30, 17])
    expect(frames[1]?.[29]).toBe(2)
  })

  it('joins a frame that came byte by byte', () => {
    const bytes = Buffer.concat([frame(20, 1), frame(21, 2)])
    const frames = collect([...bytes].map((byte) => Buffer.from([byte])))
    expect(Buffer.concat(frames)).toEqual(bytes)
  })

  it.each([0, 15, -1, MAX_MESSAGE_BYTES + 1, 0x7fffffff])('refuses a length of %i', (length) => {
    const bytes = Buffer.alloc(16)
    bytes.writeInt32LE(length, 0)
    expect(() => collect([bytes])).toThrow(/outside/)
    expect(() => collect([bytes.subarray(0, 3), bytes.subarray(3)])).toThrow(/outside/)
  })

  it('takes the largest message, however it is cut', () => {
    const whole = frame(MAX_MESSAGE_BYTES)
    const chunks: Buffer[] = []
    for (let at = 0; at < whole.length; at += 1_000_003) chunks.push(whole.subarray(at, at + 1_000_003))
    expect(collect(chunks).map(({ length }) => length)).toEqual([MAX_MESSAGE_BYTES])
  })

  it('holds no more than it was given while a frame is not complete', () => {
    const assembler = new FrameAssembler()
    assembler.push(frame(MAX_MESSAGE_BYTES).subarray(0, 100), () => expect.unreachable())
    expect(assembler.pending).toBe(100)
  })
})
