import type { ChangeStreamDocument, Document } from 'mongodb'
import type { Context } from '../../platform/context.ts'
import { watchCollection } from '../../platform/watch-collection.ts'
import { type ShopServer, type ShopSocket, userRoom } from './shop-socket.ts'

/** A version of something that belongs to a user. */
export interface Version {
  /** What it is a version of. */
  readonly key: string
  readonly mark: number | string
}

/** What is stored for a user and broadcast to all of the user's sockets. */
export interface Broadcast<P> {
  readonly namespace: string
  readonly event: string
  readonly collection: string
  /** What each change is reduced to, as a `$project` of its change event without the `_id`. */
  readonly project: Document
  readonly fullDocument?: 'updateLookup'
  /** What a change has made; undefined when it concerns nobody. */
  changed(change: ChangeStreamDocument): (Version & { readonly userId: string }) | undefined
  /** What a user's sockets were told by a payload of the event. */
  told(payload: unknown, userId: string): Version | undefined
  /** What all may have missed, when changes were missed. */
  keysOf(userId: string): readonly string[]
  /** The payload of what is stored now; undefined when there is nothing to tell. */
  load(key: string): Promise<P | undefined>
}

export interface BroadcastVigil {
  /** One look for what was not told, for those that do not wait for the next. */
  look(): Promise<void>
  close(): Promise<void>
}

interface Expected {
  readonly userId: string
  /** Undefined when it is not known which version there is. */
  readonly mark: Version['mark'] | undefined
  readonly seenAt: number
  looks: number
}

interface Listener {
  readonly since: number
  readonly told: Map<string, Version['mark']>
}

const LOOK_MS = 1_000
/**
 * What the sockets have not been told after so many looks is told here. Looks count while the database answers: a broadcast
 * that comes by way of it may be late, and then must not come after a newer one.
 */
const QUIET_LOOKS = 5
/** Of so many things a socket's last version is remembered. */
const REMEMBERED = 8

/**
 * Sees to it that this instance's sockets hear of what is stored. A broadcast is made after the commit, and is lost with an
 * instance that dies in between or a database that goes away just then; the adapter then tells nobody, not even here.
 */
export function keepBroadcastVigil<P>(ctx: Context, io: ShopServer, broadcast: Broadcast<P>): BroadcastVigil {
  const namespace = io.of(broadcast.namespace)
  const listeners = new WeakMap<ShopSocket, Listener>()
  const expected = new Map<string, Expected>()

  const welcome = (socket: ShopSocket) => {
    const told = new Map<string, Version['mark']>()
    listeners.set(socket, { since: performance.now(), told })
    socket.onAnyOutgoing((event: unknown, payload: unknown) => {
      const userId = socket.data.token?.userId
      if (event !== broadcast.event || userId === undefined) return
      const version = broadcast.told(payload, userId)
      if (version === undefined) return
      told.delete(version.key)
      told.set(version.key, version.mark)
      const [oldest] = told.keys()
      if (told.size > REMEMBERED && oldest !== undefined) told.delete(oldest)
    })
  }
  const socketsOf = (userId: string) =>
    [...(namespace.adapter.rooms.get(userRoom(userId)) ?? [])].flatMap(
      (id) => namespace.sockets.get(id) ?? [],
    )
  /** Whoever has come since then has asked for what there is. */
  const lacking = (key: string, mark: Version['mark'] | undefined, { userId, seenAt }: Expected) =>
    socketsOf(userId).filter((socket) => {
      const listener = listeners.get(socket)
      if (listener === undefined || listener.since > seenAt) return false
      const told = listener.told.get(key)
      return mark === undefined || told === undefined || isBehind(told, mark)
    })
  const expect = (key: string, userId: string, mark: Version['mark'] | undefined) => {
    if (namespace.adapter.rooms.has(userRoom(userId)))
      expected.set(key, { userId, mark, seenAt: performance.now(), looks: 0 })
  }

  const feed = watchCollection(ctx, {
    collection: broadcast.collection,
    pipeline: [
      { $match: { operationType: { $in: ['insert', 'update', 'replace'] } } },
      { $project: { operationType: 1, documentKey: 1, ...broadcast.project } },
    ],
    ...(broadcast.fullDocument === undefined ? {} : { fullDocument: broadcast.fullDocument }),
    onOpen({ gap }) {
      if (!gap) return
      const users = new Set([...namespace.sockets.values()].flatMap(({ data }) => data.token?.userId ?? []))
      for (const userId of users) for (const key of broadcast.keysOf(userId)) expect(key, userId, undefined)
    },
    onChange(change) {
      const version = broadcast.changed(change)
      if (version !== undefined) expect(version.key, version.userId, version.mark)
    },
  })

  const tell = async (key: string, awaited: Expected) => {
    const payload = await broadcast.load(key)
    const version = payload === undefined ? undefined : broadcast.told(payload, awaited.userId)
    if (version === undefined) return
    const late = lacking(key, version.mark, awaited)
    for (const socket of late) socket.emit(broadcast.event, payload)
    if (late.length > 0)
      ctx.log.info({ event: broadcast.event, sockets: late.length }, 'a lost broadcast was made good')
  }
  const look = async () => {
    if (feed.state() !== 'open') return
    for (const [key, awaited] of expected) {
      awaited.looks += 1
      if (awaited.looks <= QUIET_LOOKS) continue
      if (lacking(key, awaited.mark, awaited).length > 0) await tell(key, awaited)
      if (expected.get(key) === awaited) expected.delete(key)
    }
  }
  namespace.on('connection', welcome)
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'a lost broadcast could not be made good yet'))
      .finally(() => {
        looking = false
      })
  }, LOOK_MS).unref()

  return {
    look,
    async close() {
      clearInterval(timer)
      namespace.off('connection', welcome)
      await feed.close()
    },
  }
}

function isBehind(told: Version['mark'], mark: Version['mark']): boolean {
  return typeof told === 'number' && typeof mark === 'number' ? told < mark : told !== mark
}
