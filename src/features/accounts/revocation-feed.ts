import type { Context } from '../../platform/context.ts'
import { type Feed, watchCollection } from '../../platform/watch-collection.ts'
import { revocationsCollection, revokedAmong } from './revocations.store.ts'

/** What holds sockets open on this instance. */
export interface FamilyHolder {
  connectedFamilies(): string[]
  endFamily(familyId: string): void
}

/** Ends the sockets of families that any instance revokes, well within a second; after a gap all open ones are checked. */
export function startRevocationFeed(ctx: Context, holder: FamilyHolder): Feed {
  return watchCollection(ctx, {
    collection: revocationsCollection.name,
    pipeline: [{ $match: { operationType: 'insert' } }],
    async onOpen({ gap }) {
      if (!gap) return
      for (const familyId of await revokedAmong(ctx, holder.connectedFamilies())) holder.endFamily(familyId)
    },
    onChange(change) {
      if (change.operationType === 'insert') holder.endFamily(String(change.documentKey._id))
    },
  })
}
