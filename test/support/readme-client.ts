import type { Authentication, ClientToServer, ServerToClient } from 'floorwalker/contract'
import { io, type Socket } from 'socket.io-client'

const url = 'http://127.0.0.1:3000'
const response = await fetch(`${url}/api/auth/guest`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: '{}',
})
const { accessToken: token } = (await response.json()) as Authentication

const chat: Socket<ServerToClient<'/chat'>, ClientToServer<'/chat'>> = io(`${url}/chat`, { auth: { token } })
chat.on('agent:event', (event) => {
  if (event.type === 'TEXT_MESSAGE_CONTENT') process.stdout.write(event.delta)
  if (event.type === 'RUN_FINISHED') chat.disconnect()
})

const opened = await chat.emitWithAck('session:open', {})
if (!opened.ok) throw new Error(opened.error.detail)
await chat.emitWithAck('message:send', {
  sessionId: opened.data.sessionId,
  clientMessageId: crypto.randomUUID(),
  text: "I'm looking for sunglasses under 5000",
})
