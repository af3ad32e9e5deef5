import { Authentication } from '../../src/contract/index.ts'
import type { History } from './history.ts'
import type { Stage } from './stage.ts'

const DEAD_MS = 1_000

/**
 * Once everything is whole, every instance serves, and a token that one of them revokes is refused by each within a second.
 */
export async function auditAccess(
  { instances }: Stage,
  history: History,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const dead = instances.filter(({ server }) => !server.alive)
  for (const { server } of dead)
    history.check(10, false, `${server.name} does not serve any more`, server.name)
  if (dead.length > 0) return
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
