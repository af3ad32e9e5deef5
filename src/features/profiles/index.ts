import { addressesCollection } from './addresses.store.ts'
import { profilesCollection } from './profiles.store.ts'

export { defaultAddress, getAddress } from './addresses.commands.ts'
export { postalAddress } from './addresses.view.ts'
export { profileRoutes } from './profiles.routes.ts'

/** What the composition root creates at start. */
export const profileCollections = [addressesCollection, profilesCollection]
