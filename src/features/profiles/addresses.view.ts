import type { Address, PostalAddress, ShippingAddress } from '../../contract/index.ts'
import type { AddressDocument } from './addresses.store.ts'

/** All addresses of a user, oldest first, of which the one chosen last, or else the oldest, is the default. */
export function addressViews(documents: readonly AddressDocument[]): Address[] {
  const chosen = documents.reduce<AddressDocument | undefined>(
    (best, document) =>
      best === undefined || (document.chosenAt !== undefined && since(document) >= since(best))
        ? document
        : best,
    undefined,
  )
  return documents.map((document) => ({
    id: document._id,
    ...document.address,
    isDefault: document === chosen,
  }))
}

function since({ chosenAt }: AddressDocument): number {
  return chosenAt?.getTime() ?? 0
}

/** An address as it is kept: fields without a value are left out. */
export function postalAddress(input: ShippingAddress): PostalAddress {
  const { label, line2, phone, name, line1, city, state, postalCode, country } = input
  return {
    ...(label === undefined ? {} : { label }),
    name,
    line1,
    ...(line2 === undefined ? {} : { line2 }),
    city,
    state,
    postalCode,
    country,
    ...(phone === undefined ? {} : { phone }),
  }
}
