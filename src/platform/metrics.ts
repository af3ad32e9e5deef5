import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What an instance counts about itself, in Prometheus' terms. */
export interface Metrics {
  readonly registry: Registry
  /** Seconds from the request's arrival to its answer, by route name and status. */
  readonly requests: Histogram<'route' | 'status'>
  /** Seconds from an event's arrival to its acknowledgement, by namespace, event and outcome (`ok` or a problem code). */
  readonly events: Histogram<'namespace' | 'event' | 'outcome'>
  readonly sockets: Gauge<'namespace'>
  readonly jobs: Counter<'job' | 'outcome'>
  /** Questions to the language model: `answered`, `failed`, or `skipped` while it is left alone. */
  readonly model: Counter<'outcome'>
  readonly modelTokens: Counter<'model' | 'direction'>
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** One registry for each application, so that several can live in one process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    requests: new Histogram({
      name: 'floorwalker_http_request_seconds',
      help: 'Time to answer an HTTP request',
      labelNames: ['route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    events: new Histogram({
      name: 'floorwalker_socket_event_seconds',
      help: 'Time to acknowledge a socket event',
      labelNames: ['namespace', 'event', 'outcome'],
      buckets: SECONDS,
      registers,
    }),
    sockets: new Gauge({
      name: 'floorwalker_sockets',
      help: 'Open sockets',
      labelNames: ['namespace'],
      registers,
    }),
    jobs: new Counter({
      name: 'floorwalker_job_runs_total',
      help: 'Runs of background jobs on this instance',
      labelNames: ['job', 'outcome'],
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
