import type { ShopSocket } from './shop-socket.ts'

/** So many events of one connection are dealt with at once, and so many begin in one turn of the event loop. */
const AT_ONCE = 32
const A_TURN = 8
/** With so many waiting a connection is not read from; with so many that all came in one piece it is ended. */
const PAUSE_AT = 256
const RESUME_AT = 64
const END_AT = 20_000

type Connection = ShopSocket['conn']

interface Pausable {
  pause(): void
  resume(): void
}

interface Lane {
  waiting: Array<() => Promise<void>>
  running: number
  begun: number
  turning: boolean
  paused: Pausable | undefined
}

/**
 * Lets the events of one connection wait for each other, in their order, so that however many come at once everybody else's
 * come in between. Who sends more than is dealt with is read from no faster.
 */
export interface Lanes {
  add(socket: ShopSocket, work: () => Promise<void>): void
  /** How many events wait, on all connections. */
  waiting(): number
}

/** While the instance is `draining` nobody waits for others: all that is left is to be refused. */
export function createLanes(draining: () => boolean): Lanes {
  const lanes = new Map<Connection, Lane>()

  const laneOf = (connection: Connection): Lane => {
    const known = lanes.get(connection)
    if (known !== undefined) return known
    const lane: Lane = { waiting: [], running: 0, begun: 0, turning: false, paused: undefined }
    lanes.set(connection, lane)
    connection.once('close', () => {
      lane.waiting = []
      lanes.delete(connection)
    })
    return lane
  }
  const turn = (lane: Lane): void => {
    if (lane.turning) return
    lane.turning = true
    setImmediate(() => {
      lane.turning = false
      lane.begun = 0
      const free = draining() ? lane.waiting.length : Math.min(A_TURN, AT_ONCE - lane.running)
      for (const work of lane.waiting.splice(0, Math.max(0, free))) begin(lane, work)
      if (lane.waiting.length <= RESUME_AT) {
        lane.paused?.resume()
        lane.paused = undefined
      }
      if (lane.waiting.length > 0 && (draining() || lane.running < AT_ONCE)) turn(lane)
    })
  }
  const begin = (lane: Lane, work: () => Promise<void>): void => {
    lane.running += 1
    lane.begun += 1
    void work().finally(() => {
      lane.running -= 1
      if (lane.waiting.length > 0) turn(lane)
    })
  }
  return {
    add({ conn }, work) {
      // what was still being read when the connection ended has nobody to be acknowledged to
      if (conn.readyState === 'closed') return
      const lane = laneOf(conn)
      if (lane.waiting.length === 0 && lane.running < AT_ONCE && lane.begun < A_TURN) {
        begin(lane, work)
        turn(lane)
        return
      }
      lane.waiting.push(work)
      turn(lane)
      if (lane.waiting.length >= END_AT) conn.close(true)
      else if (lane.waiting.length >= PAUSE_AT && lane.paused === undefined) {
        lane.paused = pausable(conn)
        lane.paused?.pause()
      }
    },
    waiting() {
      for (const lane of lanes.values()) if (lane.waiting.length > 0) turn(lane)
      return [...lanes.values()].reduce((sum, lane) => sum + lane.waiting.length, 0)
    },
  }
}

/** The WebSocket below a connection; long polling has none, and sends no more than one body at a time. */
function pausable({ transport }: Connection): Pausable | undefined {
  const below: unknown = 'socket' in transport ? transport.socket : undefined
  return isPausable(below) ? below : undefined
}

function isPausable(value: unknown): value is Pausable {
  return typeof value === 'object' && value !== null && 'pause' in value && 'resume' in value
}
