import type { PaymentMethod } from '../../contract/index.ts'
import type { PaymentMethodDocument } from './payment-methods.store.ts'

/** All ways to pay of a user, oldest first, of which the one chosen last, or else the oldest, is the default. */
export function paymentMethodViews(documents: readonly PaymentMethodDocument[]): PaymentMethod[] {
  const chosen = documents.reduce<PaymentMethodDocument | undefined>(
    (best, document) =>
      best === undefined || (document.chosenAt !== undefined && since(document) >= since(best))
        ? document
        : best,
    undefined,
  )
  return documents.map((document) => {
    const { _id, charge, expMonth, expYear } = document
    return {
      id: _id,
      type: charge.method,
      ...(charge.brand === undefined ? {} : { brand: charge.brand }),
      ...(charge.last4 === undefined ? {} : { last4: charge.last4 }),
      ...(expMonth === undefined ? {} : { expMonth }),
      ...(expYear === undefined ? {} : { expYear }),
      isDefault: document === chosen,
    }
  })
}

function since({ chosenAt }: PaymentMethodDocument): number {
  return chosenAt?.getTime() ?? 0
}
