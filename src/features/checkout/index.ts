import { checkoutsCollection, countActive } from './checkout.store.ts'

export { type CheckoutMoved, checkoutChanged } from './checkout.events.ts'
export { checkoutRoutes } from './checkout.routes.ts'
export { orderPaidBy, resumeAttempt, resumeCheckouts } from './checkout.saga.ts'
export { checkoutEvents, subscribeCheckoutRooms } from './checkout.socket.ts'
export { keepCheckoutVigil } from './checkout-vigil.ts'
export { cancelCheckout, closeCheckoutBeforeCartChange, expireCheckouts } from './end-checkout.ts'
export { type PayRequest, payCheckout } from './pay-checkout.ts'
export { placeOrder } from './place-order.ts'
export { getCheckout, getLapsingCheckouts, getOpenCheckout } from './read-checkout.ts'
export { type CheckoutSettings, configureCheckout, type SagaPoint } from './settings.ts'
export { startCheckout } from './start-checkout.ts'

export { countActive as countActiveCheckouts }

/** What the composition root creates at start. */
export const checkoutCollections = [checkoutsCollection]
