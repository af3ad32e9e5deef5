import type { PayCheckout, PostalAddress } from '../../contract/index.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Context } from '../../platform/context.ts'
import { invalidField } from '../../platform/errors.ts'
import { type Charge, resolvePayment } from '../payments/index.ts'
import { getAddress, postalAddress } from '../profiles/index.ts'

type Request = Pick<PayCheckout, 'payment' | 'shippingAddress' | 'addressId'>

/** With what a checkout is paid, and where its goods go. */
export interface Means {
  readonly charge: Charge
  readonly shippingAddress: PostalAddress
}

/** Throws ShopError `not_found` for an address, saved payment or gift card that the caller does not have. */
export async function resolveMeans(ctx: Context, caller: Caller, request: Request): Promise<Means> {
  const shippingAddress = await destination(ctx, caller, request)
  return { shippingAddress, charge: await resolvePayment(ctx, caller.userId, request.payment) }
}

async function destination(ctx: Context, caller: Caller, request: Request): Promise<PostalAddress> {
  if (request.shippingAddress !== undefined) return postalAddress(request.shippingAddress)
  if (request.addressId === undefined) throw invalidField('shippingAddress', 'is needed')
  const { id, isDefault, ...address } = await getAddress(ctx, caller.userId, request.addressId)
  return address
}
