import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'

/** Socket.IO with nothing behind it: what the transport alone can do. */
const http = createServer()
const io = new Server(http, { transports: ['websocket'] })
io.of('/chat').on('connection', (socket) => {
  socket.on('message:send', (data, acknowledge) => acknowledge({ ok: true, data }))
})
http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(http.address() as AddressInfo).port}\n`)
})
process.on('SIGTERM', () => io.close())
