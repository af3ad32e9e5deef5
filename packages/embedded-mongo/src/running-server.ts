import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Int32, ObjectId } from 'bson'
import { decode } from './bson/decode.ts'
import type { Doc, Value } from './bson/document.ts'
import { encode } from './bson/encode.ts'
import { FrameAssembler, HEADER_BYTES } from './wire/frames.ts'
import { OP_MSG } from './wire/message.ts'

const ANSWER_MS = 1000

/** The file by which the process that holds a data directory tells where it listens. */
export function advertisementFile(dataDir: string): string {
  return join(dataDir, 'server.json')
}

/**
 * The address of the server that holds a data directory, if one runs. What the file says is checked by asking:
 * a process that was killed leaves its file behind.
 */
export async function findRunningServer(dataDir: string): Promise<string | undefined> {
  const advertised = await readAdvertisement(dataDir)
  if (advertised === undefined) return undefined
  const hello = await askHello(advertised.host, advertised.port)
  const version = hello?.get('topologyVersion')
  const processId = version instanceof Map ? version.get('processId') : undefined
  const isOurs = processId instanceof ObjectId && processId.toHexString() === advertised.processId
  return isOurs ? advertised.uri : undefined
}

interface Advertisement {
  readonly uri: string
  readonly host: string
  readonly port: number
  readonly processId: string
}

async function readAdvertisement(dataDir: string): Promise<Advertisement | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(advertisementFile(dataDir), 'utf8'))
    if (typeof parsed !== 'object' || parsed === null || !('uri' in parsed) || !('processId' in parsed))
      return undefined
    const uri = String(parsed.uri)
    const { hostname, port } = new URL(uri)
    return {
      uri,
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port),
      processId: String(parsed.processId),
    }
  } catch {
    return undefined
  }
}

function askHello(host: string, port: number): Promise<Doc | undefined> {
  const { promise, resolve } = Promise.withResolvers<Doc | undefined>()
  const socket = connect({ host, port })
  const assembler = new FrameAssembler()
  const finish = (answer: Doc | undefined): void => {
    socket.destroy()
    resolve(answer)
  }
  socket.setTimeout(ANSWER_MS, () => finish(undefined))
  socket.on('error', () => finish(undefined))
  socket.on('close', () => finish(undefined))
  socket.on('connect', () => socket.write(helloFrame()))
  socket.on('data', (chunk) => {
    try {
      assembler.push(chunk, (frame) => finish(decode(frame, HEADER_BYTES + 5)))
    } catch {
      finish(undefined)
    }
  })
  return promise
}

function helloFrame(): Buffer {
  const body = encode(
    new Map<string, Value>([
      ['hello', new Int32(1)],
      ['$db', 'admin'],
    ]),
  )
  const head = Buffer.alloc(HEADER_BYTES + 5)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(1, 4)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, body])
}
