import type { Address, NewAddress } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { invalidField, notFound } from '../../platform/errors.ts'
import { deleteAddress, insertAddress, loadAddresses } from './addresses.store.ts'
import { addressViews, postalAddress } from './addresses.view.ts'

/** Each is read whenever one is; nobody lives at more places. */
const MOST_ADDRESSES = 100

export function listAddresses(ctx: Context, caller: Caller): Promise<Address[]> {
  return addressesOf(ctx, caller.userId)
}

/** Where this user's orders go unless told otherwise. */
export async function defaultAddress(ctx: Context, userId: string): Promise<Address | undefined> {
  return (await addressesOf(ctx, userId)).find(({ isDefault }) => isDefault)
}

/** One of the user's own addresses. Throws ShopError `not_found`. */
export async function getAddress(ctx: Context, userId: string, id: string): Promise<Address> {
  const found = (await addressesOf(ctx, userId)).find((address) => address.id === id)
  if (found === undefined) throw notFound('address')
  return found
}

/** Saves an address; the first becomes the default. Throws ShopError `validation_failed` when there are too many. */
export async function addAddress(ctx: Context, caller: Caller, input: NewAddress): Promise<Address> {
  const saved = await loadAddresses(ctx, caller.userId)
  if (saved.length >= MOST_ADDRESSES)
    throw invalidField('$', `at most ${MOST_ADDRESSES} addresses can be kept`)
  const id = ctx.ids.next()
  const now = ctx.clock.now()
  await insertAddress(ctx, {
    _id: id,
    userId: caller.userId,
    address: postalAddress(input),
    ...(input.isDefault === true ? { chosenAt: now } : {}),
    createdAt: now,
  })
  return getAddress(ctx, caller.userId, id)
}

/** Throws ShopError `not_found`. */
export async function removeAddress(ctx: Context, caller: Caller, id: string): Promise<void> {
  if (!(await deleteAddress(ctx, caller.userId, id))) throw notFound('address')
}

async function addressesOf(ctx: Context, userId: string): Promise<Address[]> {
  return addressViews(await loadAddresses(ctx, userId))
}
