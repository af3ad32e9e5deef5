import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Context } from '../../platform/context.ts'
import { ShopError, toProblem } from '../../platform/errors.ts'

/**
 * Answers what is no HTTP, or asks for what HTTP knows and we do not, with a problem object too; it never becomes a request
 * that the rest of the door could see.
 */
export function answerBrokenRequests(server: Server, ctx: Pick<Context, 'ids'>): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    socket.end(bare(problemOf(error.code), ctx.ids.next()))
  })
  server.on('checkExpectation', (request, response) => {
    // we expect nothing beside 100-continue, which Node answers by itself
    server.emit('request', request, response)
  })
}

function problemOf(code: string | undefined): ShopError {
  if (code === 'HPE_HEADER_OVERFLOW') return new ShopError('payload_too_large', 'The headers are too large.')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ShopError('malformed_json', 'The request did not arrive in time.')
  }
  return new ShopError('malformed_json', 'The request cannot be read.')
}

/** A whole answer, after which the connection is of no more use. */
function bare(error: ShopError, requestId: string): string {
  const body = JSON.stringify(toProblem(error, requestId))
  return [
    `HTTP/1.1 ${error.status} ${error.code}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
