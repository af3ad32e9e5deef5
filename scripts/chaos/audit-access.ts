import { Authentication } from '../../src/contract/index.ts'
import type { History } from './history.ts'
import type { Stage } from './stage.ts'

const DEAD_MS = 1_000

/** Once everything is whole: a token that one instance revokes is refused by each of them within a second. */
export async function auditAccess(
  { instances }: Stage,
  history: History,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  for (const { server } of instances) {
    const call = (port: number, method: string, path: string, token?: string) =>
      fetch(`http://127.0.0.1:${port}/api/auth/${path}`, {
        method,
        headers: {
          'Content-Type': 'application/json',
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
    const entered = await call(server.port, 'POST', 'guest')
    const { accessToken, user } = Authentication.parse(await entered.json())
    await call(server.port, 'POST', 'logout', accessToken)
    await sleep(DEAD_MS)
    for (const other of instances) {
      const { status } = await call(other.server.port, 'GET', 'me', accessToken)
      history.check(
        8,
        status === 401,
        `a token that ${server.name} revoked was answered ${status} by ${other.server.name}`,
        user.id,
      )
    }
  }
}
