/** The cart and its checkout, live on every device. */
import { ask, byId, cart, element, onSignIn, persist, price, reason } from './shop.js'

let current
let checkout

const ROWS = [
  ['subtotal', 'Subtotal'],
  ['tierDiscount', 'Member discount'],
  ['couponDiscount', 'Coupon'],
  ['pointsDiscount', 'Points'],
  ['shipping', 'Shipping'],
  ['tax', 'Tax'],
  ['total', 'Total'],
]

const notice = (text) => {
  byId('cart-notice').textContent = text
}

async function attempt(event, data, again = (work) => work()) {
  try {
    notice('')
    return await again(() => ask(cart, event, data))
  } catch (problem) {
    notice(reason(problem))
  }
}

function line(item) {
  const change = (quantity) =>
    quantity === 0
      ? attempt('cart:remove', { itemId: item.id })
      : attempt('cart:update', { itemId: item.id, quantity })
  const step = (text, by) =>
    element(
      'button',
      {
        type: 'button',
        ariaLabel: by > 0 ? 'More' : 'Fewer',
        on: { click: () => change(item.quantity + by) },
      },
      text,
    )
  return element(
    'div',
    { class: 'line' },
    element('span', {}, item.name, element('small', {}, [item.color, item.size].filter(Boolean).join(', '))),
    element('span', { class: 'count' }, step('−', -1), String(item.quantity), step('+', 1)),
    element('span', {}, price(item.lineTotal)),
  )
}

function draw(next) {
  current = next
  byId('cart-count').textContent = String(next.items.reduce((sum, { quantity }) => sum + quantity, 0))
  byId('cart-lines').replaceChildren(
    ...(next.items.length === 0 ? [element('p', {}, 'Nothing here yet.')] : next.items.map(line)),
  )
  const totals = checkout?.totals ?? next.totals
  byId('cart-totals').replaceChildren(
    ...ROWS.filter(([key]) => totals[key].amount !== 0 || key === 'total').flatMap(([key, name]) => {
      const sign = key.endsWith('Discount') ? '−' : ''
      const className = key === 'total' ? 'total' : ''
      return [
        element('dt', { class: className }, name),
        element('dd', { class: className }, sign + price(totals[key])),
      ]
    }),
  )
  byId('start-checkout').hidden = checkout !== undefined
  byId('start-checkout').disabled = next.items.length === 0
  byId('pay').hidden = checkout === undefined
  if (checkout !== undefined)
    byId('held-until').textContent =
      `Held for you until ${new Date(checkout.expiresAt).toLocaleTimeString()}.`
}

const PLACEHOLDERS = { card: '4242 4242 4242 4242', upi: 'success@upi', gift_card: 'Gift card code' }

function payment(method, instrument) {
  if (method === 'upi') return { method, vpa: instrument }
  if (method === 'gift_card') return { method, code: instrument }
  return { method, number: instrument, expMonth: 12, expYear: new Date().getFullYear() + 2, cvc: '123' }
}

async function pay(event) {
  event.preventDefault()
  const { method, instrument, ...shippingAddress } = Object.fromEntries(new FormData(event.target))
  const button = event.submitter
  button.disabled = true
  const paying = {
    checkoutId: checkout.id,
    payment: payment(method, instrument),
    shippingAddress,
    idempotencyKey: crypto.randomUUID(),
  }
  // with the same key it is paid once, however often it is asked for
  const paid = await attempt('checkout:pay', paying, persist)
  button.disabled = false
  if (paid === undefined) return
  checkout = undefined
  notice(`Thank you! Order ${paid.order.number} is placed, you earned ${paid.order.pointsEarned} points.`)
}

export function startBasket() {
  byId('open-cart').addEventListener('click', () => byId('cart').showModal())
  byId('coupon').addEventListener('submit', (event) => {
    event.preventDefault()
    attempt('cart:apply_coupon', { code: new FormData(event.target).get('code') })
  })
  byId('start-checkout').addEventListener('click', async () => {
    checkout = await attempt('checkout:start')
    draw(current)
  })
  byId('pay').addEventListener('submit', pay)
  byId('pay').elements.method.addEventListener('change', ({ target }) => {
    byId('pay').elements.instrument.placeholder = PLACEHOLDERS[target.value]
  })
  cart.on('cart:changed', ({ cart: next }) => {
    if (current === undefined || current.id !== next.id || next.version > current.version) draw(next)
  })
  cart.on('checkout:state', ({ checkoutId, state }) => {
    if (checkout?.id === checkoutId && ['completed', 'cancelled', 'expired'].includes(state)) {
      checkout = undefined
      if (state === 'expired') notice('The checkout has lapsed; your cart is as it was.')
    }
    draw(current)
  })
  cart.on('connect', async () => draw(await persist(() => ask(cart, 'cart:get'))))
  onSignIn(() => {
    checkout = undefined
  })
  cart.connect()
}
