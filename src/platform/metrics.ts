import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { within } from './time-limit.ts'

/**
 * What an instance counts about itself, in Prometheus' terms: latency, traffic and errors are in the histograms of requests
 * and events, saturation in what is under way and in the event loop's lag.
 */
export interface Metrics {
  readonly registry: Registry
  /** Seconds from the request's arrival to its answer, by route name and status. */
  readonly requests: Histogram<'route' | 'status'>
  readonly requestsUnderWay: Gauge
  /** Seconds from an event's arrival to its acknowledgement, by namespace, event and outcome (`ok` or a problem code). */
  readonly events: Histogram<'namespace' | 'event' | 'outcome'>
  readonly eventsUnderWay: Gauge
  readonly sockets: Gauge<'namespace'>
  /** Seconds of a round of a background job, by `done`, `failed`, or `hung` when it was ended. */
  readonly jobs: Histogram<'job' | 'outcome'>
  /** Seconds from a run's first event to its last, by outcome. */
  readonly runs: Histogram<'outcome'>
  /** Seconds from a run's first event to the first word of its answer. */
  readonly firstWords: Histogram
  /** Checkouts that have reached a state, each time they do. */
  readonly checkouts: Counter<'state'>
  /** Questions to the language model: `answered`, `failed`, or `skipped` while it is left alone. */
  readonly model: Counter<'outcome'>
  readonly modelTokens: Counter<'model' | 'direction'>
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const READ_MS = 1_000
const RUN_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** One registry for each application, so that several can live in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix: 'floorwalker_' })
  return {
    registry,
    requests: new Histogram({
      name: 'floorwalker_http_request_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    requestsUnderWay: new Gauge({
      name: 'floorwalker_http_requests_under_way',
      help: 'HTTP requests that are not answered yet',
      registers,
    }),
    events: new Histogram({
      name: 'floorwalker_socket_event_seconds',
      help: 'Time to acknowledge a socket event',
      labelNames: ['namespace', 'event', 'outcome'],
      buckets: SECONDS,
      registers,
    }),
    eventsUnderWay: new Gauge({
      name: 'floorwalker_socket_events_under_way',
      help: 'Socket events that are not acknowledged yet',
      registers,
    }),
    sockets: new Gauge({
      name: 'floorwalker_sockets',
      help: 'Open sockets',
      labelNames: ['namespace'],
      registers,
    }),
    jobs: new Histogram({
      name: 'floorwalker_job_run_seconds',
      help: 'Time of a round of a background job on this instance',
      labelNames: ['job', 'outcome'],
      buckets: RUN_SECONDS,
      registers,
    }),
    runs: new Histogram({
      name: 'floorwalker_run_seconds',
      help: 'Time of a run of the sales agent, from its first event to its last',
      labelNames: ['outcome'],
      buckets: RUN_SECONDS,
      registers,
    }),
    firstWords: new Histogram({
      name: 'floorwalker_run_first_word_seconds',
      help: "Time from a run's first event to the first word of its answer",
      buckets: RUN_SECONDS,
      registers,
    }),
    checkouts: new Counter({
      name: 'floorwalker_checkouts_total',
      help: 'Checkouts that have reached a state, counted by the instance that told of it',
      labelNames: ['state'],
      registers,
    }),
    model: new Counter({
      name: 'floorwalker_model_questions_total',
      help: 'Questions to the language model by how they ended',
      labelNames: ['outcome'],
      registers,
    }),
    modelTokens: new Counter({
      name: 'floorwalker_model_tokens_total',
      help: 'Tokens that the language model has read (in) and written (out)',
      labelNames: ['model', 'direction'],
      registers,
    }),
  }
}

/** A figure that is read when the metrics are asked for. */
export interface ReadGauge {
  readonly name: string
  readonly help: string
  readonly label: string
  /** How long a figure is kept before it is read again; not at all without it. */
  readonly keptMs?: number
  /** The figures by the label's values; without an answer within a second they are left out. */
  read(): Promise<Readonly<Record<string, number>>>
}

/** Adds such a figure; `failed` hears why it could not be read. */
export function addGauge({ registry }: Metrics, gauge: ReadGauge, failed: (error: unknown) => void): void {
  const { name, help, label, keptMs = 0, read } = gauge
  let readAt = Number.NEGATIVE_INFINITY
  const made: Gauge<string> = new Gauge<string>({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      if (performance.now() - readAt < keptMs) return
      made.reset()
      try {
        const figures = await within(READ_MS, read())
        for (const [value, figure] of Object.entries(figures)) made.set({ [label]: value }, figure)
        readAt = performance.now()
      } catch (error) {
        failed(error)
      }
    },
  })
}
