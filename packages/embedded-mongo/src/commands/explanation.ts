import { hostname } from 'node:os'
import { toDoc } from '../bson/convert.ts'
import type { Doc, Value } from '../bson/document.ts'
import type { CommandContext } from './context.ts'
import { SERVER_VERSION } from './diagnostics.ts'

/** An explanation with what MongoDB says around it. */
export function completed(context: CommandContext, namespace: string, explained: Doc): Doc {
  const planner = explained.get('queryPlanner')
  if (planner instanceof Map && !planner.has('namespace')) planner.set('namespace', namespace)
  const reply = new Map<string, Value>([['explainVersion', '1'], ...explained])
  reply.set('command', context.doc)
  reply.set(
    'serverInfo',
    toDoc({
      host: hostname(),
      port: Number(context.host.addressFor('127.0.0.1').split(':').at(-1)),
      version: SERVER_VERSION,
      gitVersion: 'embedded',
    }),
  )
  return reply
}

/** The plan for a collection that does not exist. */
export function explainNothing(filter: Doc): Doc {
  return toDoc({
    queryPlanner: toDoc({
      indexFilterSet: false,
      parsedQuery: filter,
      winningPlan: toDoc({ stage: 'EOF' }),
      rejectedPlans: [],
    }),
    executionStats: toDoc({
      executionSuccess: true,
      nReturned: 0,
      executionTimeMillis: 0,
      totalKeysExamined: 0,
      totalDocsExamined: 0,
    }),
  })
}
