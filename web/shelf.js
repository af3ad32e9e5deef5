/** The shelf: products with their live stock. */
import { ask, byId, call, cart, element, inventory, persist, price, reason } from './shop.js'

const state = { q: '', category: '', page: 1 }
const stockLabels = new Map()

const STOCK_TEXT = { in_stock: 'In stock', low_stock: 'Only a few left', out_of_stock: 'Out of stock' }

function stockText({ status, available }) {
  return status === 'low_stock' ? `Only ${available} left` : STOCK_TEXT[status]
}

function variantName({ color, size, sku }) {
  return [color, size].filter(Boolean).join(', ') || sku
}

function card(product) {
  const [image] = product.images
  const stock = element('span', { class: `stock ${product.stock.status}` }, stockText(product.stock))
  stockLabels.set(product.id, stock)
  const choice =
    product.variants.length > 1
      ? element(
          'select',
          { ariaLabel: 'Variant' },
          ...product.variants.map((variant) =>
            element('option', { value: variant.sku }, variantName(variant)),
          ),
        )
      : undefined
  const notice = element('span', { class: 'stock out_of_stock' })
  const add = async () => {
    try {
      notice.textContent = ''
      await ask(cart, 'cart:add', { productId: product.id, sku: choice?.value ?? product.variants[0]?.sku })
    } catch (problem) {
      notice.textContent = reason(problem)
    }
  }
  return element(
    'article',
    { class: 'product' },
    image === undefined ? undefined : element('img', { src: image.url, alt: image.alt, loading: 'lazy' }),
    element(
      'div',
      {},
      element('h3', {}, product.name),
      product.brand === null ? undefined : element('span', { class: 'brand-name' }, product.brand),
      stock,
      element(
        'span',
        { class: 'price' },
        price(product.price),
        product.compareAtPrice === undefined ? undefined : element('s', {}, price(product.compareAtPrice)),
      ),
      choice,
      element('button', { type: 'button', on: { click: add } }, 'Add to cart'),
      notice,
    ),
  )
}

async function show(more = false) {
  state.page = more ? state.page + 1 : 1
  const query = new URLSearchParams({ page: state.page, limit: 24 })
  if (state.q !== '') query.set('q', state.q)
  if (state.category !== '') query.set('category', state.category)
  const { items, total } = await call('GET', `/products${state.q === '' ? '' : '/search'}?${query}`)
  const shelf = byId('products')
  if (!more) {
    shelf.replaceChildren()
    stockLabels.clear()
  }
  shelf.append(...items.map(card))
  if (total === 0) shelf.append(element('p', {}, 'Nothing found.'))
  byId('more').hidden = state.page * 24 >= total
  return items
}

function fillCategories(names) {
  const choose = (name, button) => {
    state.category = state.category === name ? '' : name
    for (const other of byId('categories').children)
      other.ariaPressed = String(other === button && state.category !== '')
    show()
  }
  byId('categories').replaceChildren(
    ...names.map((name) => {
      const button = element('button', { type: 'button', ariaPressed: 'false' }, name)
      button.addEventListener('click', () => choose(name, button))
      return button
    }),
  )
}

async function categories() {
  const names = new Set()
  for (let page = 1, seen = 0, total = 1; seen < total && page <= 10; page += 1) {
    const list = await call('GET', `/products?limit=100&page=${page}`)
    for (const { category } of list.items) names.add(category)
    seen += list.items.length
    total = list.total
    if (list.items.length === 0) break
  }
  return [...names].sort()
}

export async function startShelf() {
  byId('search').addEventListener('submit', (event) => {
    event.preventDefault()
    state.q = new FormData(event.target).get('q').trim()
    show()
  })
  byId('more').addEventListener('click', () => show(true))
  inventory.on('connect', () =>
    persist(() => ask(inventory, 'inventory:subscribe')).then(({ items }) => items.forEach(update)),
  )
  inventory.on('inventory:updated', (stock) => update(stock, true))
  inventory.connect()
  await persist(() => show())
  fillCategories(await persist(categories))
}

function update(stock, flash = false) {
  const label = stockLabels.get(stock.productId)
  if (label === undefined) return
  label.className = `stock ${stock.status}`
  label.textContent = stockText(stock)
  if (flash === true) {
    void label.offsetWidth
    label.classList.add('flash')
  }
}
