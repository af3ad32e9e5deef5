import { actors } from './actor.store.ts'
import { leases } from './leases.ts'
import { instancePackets } from './mongo-bus.ts'

export { deleteActors, findActor } from './actor.store.ts'
export type { Actor, ActorKind, NextState } from './actor.ts'
export { type ActorHost, createActorHost, HOST_DEFAULTS, type HostOptions } from './host.ts'
export {
  acquireLease,
  assertLease,
  type Lease,
  LeaseLostError,
  leases,
  releaseLease,
  renewLease,
} from './leases.ts'
export { instancePackets, type MongoBus, openMongoBus } from './mongo-bus.ts'
export { type Bus, createPeers, type Peers, SilentPeerError, silentBus } from './peers.ts'
export { restoreSnapshot, type SnapshotFormat, UnknownSnapshotError } from './snapshots.ts'

/** What the composition root creates at start. */
export const actorCollections = [leases, actors, instancePackets]
