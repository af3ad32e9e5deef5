import type { AgentEvent } from './contract/index.ts'
import { checkoutChanged, countActiveCheckouts } from './features/checkout/index.ts'
import { agentEventSent, type RunningConversations } from './features/conversation/index.ts'
import { countDrifts } from './features/inventory/index.ts'
import type { Context } from './platform/context.ts'
import { addGauge, type Metrics } from './platform/metrics.ts'

/** Runs whose end this instance may not see, as it is handed over, are forgotten beyond so many. */
const MOST_RUNS = 10_000
/** Several that scrape at once cost the database one count. */
const COUNT_KEPT_MS = 1_000
const DRIFTS_SHOWN_MS = 24 * 60 * 60_000

/** Lets the metrics follow what happens in the rooms of this instance. */
export function measureRooms(
  ctx: Context,
  metrics: Metrics,
  conversations: Pick<RunningConversations, 'census'>,
): void {
  ctx.events.subscribe(checkoutChanged, ({ state }) => metrics.checkouts.inc({ state }))
  const observe = runObserver(metrics)
  ctx.events.subscribe(agentEventSent, ({ event }) => observe(event, ctx.clock.now().getTime()))
  const failed = (error: unknown) =>
    ctx.log.warn({ err: error }, 'a figure could not be read for the metrics')
  addGauge(
    metrics,
    {
      name: 'floorwalker_actors',
      help: 'Actors that are awake on this instance; a busy one has a run under way',
      label: 'state',
      read: async () => ({ ...conversations.census() }),
    },
    failed,
  )
  addGauge(
    metrics,
    {
      name: 'floorwalker_checkouts_active',
      help: 'Checkouts of the whole shop that are not final yet',
      label: 'state',
      keptMs: COUNT_KEPT_MS,
      read: () => countActiveCheckouts(ctx),
    },
    failed,
  )
  addGauge(
    metrics,
    {
      name: 'floorwalker_stock_drifts',
      help: 'Differences between the stock and the inventory source that were seen in the last 24 h',
      label: 'kind',
      keptMs: COUNT_KEPT_MS,
      read: () => countDrifts(ctx, new Date(ctx.clock.now().getTime() - DRIFTS_SHOWN_MS)),
    },
    failed,
  )
}

interface RunTimes {
  readonly startedAt: number
  spoke: boolean
}

function runObserver(metrics: Metrics): (event: AgentEvent, now: number) => void {
  const under = new Map<string, RunTimes>()
  return (event, now) => {
    const { type, runId } = event
    if (type === 'RUN_STARTED') {
      under.set(runId, { startedAt: now, spoke: false })
      const [oldest] = under.keys()
      if (under.size > MOST_RUNS && oldest !== undefined) under.delete(oldest)
      return
    }
    // a run that was taken over has begun elsewhere: its time is not known here
    const run = under.get(runId)
    if (run === undefined) return
    const seconds = (now - run.startedAt) / 1000
    if (type === 'TEXT_MESSAGE_CONTENT' && !run.spoke) {
      run.spoke = true
      metrics.firstWords.observe(seconds)
    }
    if (type !== 'RUN_FINISHED' && type !== 'RUN_ERROR') return
    under.delete(runId)
    const outcome = type === 'RUN_ERROR' ? 'error' : (event.outcome?.type ?? 'success')
    metrics.runs.observe({ outcome }, seconds)
  }
}
