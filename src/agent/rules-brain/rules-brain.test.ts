import { describe, expect, it } from 'vitest'
import { FakeShop } from '../../../test/support/fake-shop.ts'

const shop = () =>
  new FakeShop([
    { name: 'Aviator Gold', brand: 'Rayline', category: 'Sunglasses', price: 4500, tags: ['eyewear'] },
    { name: 'Wayfarer Black', brand: 'Suncove', category: 'Sunglasses', price: 2500, tags: ['eyewear'] },
    { name: 'Clubmaster', brand: 'Rayline', category: 'Sunglasses', price: 7900, tags: ['eyewear'] },
    {
      name: 'Stride Running Shoes',
      brand: 'Nikora',
      category: 'Footwear',
      price: 3900,
      colors: ['Red', 'Blue'],
      sizes: ['8', '9'],
    },
    {
      name: 'Trail Running Shoes',
      brand: 'Fleet',
      category: 'Footwear',
      price: 3500,
      colors: ['Red'],
      sizes: ['8', '9'],
    },
    {
      name: 'Linen Shirt',
      brand: 'Loom',
      category: 'Shirts',
      price: 1800,
      colors: ['White'],
      sizes: ['S', 'M', 'L'],
    },
  ])

describe('what a message asks for', () => {
  const cases: ReadonlyArray<[said: string, tool: string, args: Record<string, unknown>]> = [
    [
      "I'm looking for sunglasses under 5000",
      'search_products',
      { category: 'Sunglasses', maxPrice: 500_000 },
    ],
    ['sunglases undr Rs. 5,000', 'search_products', { category: 'Sunglasses', maxPrice: 500_000 }],
    [
      'red running shoes size 9 under 4k',
      'search_products',
      { q: 'running shoes', color: 'Red', size: '9', maxPrice: 400_000 },
    ],
    [
      'show me something by Suncove between 2000 and 3000',
      'search_products',
      { brand: 'Suncove', minPrice: 200_000, maxPrice: 300_000 },
    ],
    ['mujhe laal shoes chahiye 4000 se kam', 'search_products', { color: 'Red', maxPrice: 400_000 }],
    ['the cheapest sunglasses please', 'search_products', { category: 'Sunglasses', sort: 'price' }],
    ['show my cart', 'view_cart', {}],
    ['what coupons do you have?', 'apply_coupon', {}],
    ['apply the coupon WELCOME10', 'apply_coupon', { code: 'WELCOME10' }],
    ['how many points do I have', 'loyalty_status', {}],
    ['where is my order', 'list_orders', {}],
    ['check out please', 'start_checkout', {}],
    ['I want to talk to a human', 'hand_off', {}],
  ]
  it.each(cases)('%s', (said, tool, args) => {
    const world = shop()
    world.say(said)
    expect(world.calls[0]?.name).toBe(tool)
    expect(world.calls[0]?.args).toMatchObject(args)
  })
})

describe('what was shown before', () => {
  it('adds the one named by its place', () => {
    const world = shop()
    world.say('show me sunglasses under 5000')
    const said = world.say('add the second one')
    expect(world.calls).toEqual([
      { name: 'add_to_cart', args: { productId: 'id-wayfarer-black', sku: 'wayfarer-black', quantity: 1 } },
    ])
    expect(said.text).toContain('Wayfarer Black')
    expect(said.attach?.cart?.items).toHaveLength(1)
  })

  it('adds the cheaper one, and two more of it', () => {
    const world = shop()
    world.say('show me sunglasses')
    world.say('add the cheapest one')
    expect(world.calls[0]?.args).toMatchObject({ productId: 'id-wayfarer-black' })
    world.say('add two of those')
    expect(world.calls[0]?.args).toMatchObject({ productId: 'id-wayfarer-black', quantity: 2 })
  })

  it('leaves out what the customer does not want', () => {
    const world = shop()
    const said = world.say('running shoes in red, not Nikora')
    expect(said.attach?.products?.map(({ name }) => name)).toEqual(['Trail Running Shoes'])
  })

  it('asks for the size it needs and takes the answer', () => {
    const world = shop()
    world.say('do you have a linen shirt?')
    const asked = world.say('add it')
    expect(world.calls).toEqual([])
    expect(asked.text).toContain('Which size')
    world.say('M')
    expect(world.calls[0]?.args).toMatchObject({ sku: 'linen-shirt-White-M', quantity: 1 })
  })

  it('changes and removes lines of the cart by their names', () => {
    const world = shop()
    world.say('show me sunglasses')
    world.say('add the first one')
    world.say('add the second one')
    world.say('make the aviator 3')
    expect(world.calls.at(-1)).toEqual({
      name: 'update_cart_item',
      args: { itemId: 'line-aviator-gold', quantity: 3 },
    })
    world.say('remove the wayfarer')
    expect(world.calls.at(-1)).toEqual({ name: 'remove_from_cart', args: { itemId: 'line-wayfarer-black' } })
  })

  it('does two things that were asked in one breath', () => {
    const world = shop()
    world.say('show me sunglasses under 5000')
    const said = world.say('add the second one and check out')
    expect(world.calls.map(({ name }) => name)).toEqual(['add_to_cart', 'start_checkout'])
    expect(said.attach?.checkout?.id).toBe('checkout-1')
  })
})

describe('a way to pay and an address', () => {
  it('places the order with what the customer said', () => {
    const world = shop()
    world.say('show me sunglasses')
    world.say('add the first one')
    world.say('check out')
    expect(world.calls[0]?.name).toBe('start_checkout')
    try {
      world.say('pay with success@upi and ship to Asha Rao, 12 MG Road, Bengaluru, Karnataka 560001, India')
    } catch {
      // the fake shop places no orders; only the call is of interest
    }
    expect(world.calls[0]).toEqual({
      name: 'place_order',
      args: {
        checkoutId: 'checkout-1',
        payment: { method: 'upi', vpa: 'success@upi' },
        shippingAddress: {
          name: 'Asha Rao',
          line1: '12 MG Road',
          city: 'Bengaluru',
          state: 'Karnataka',
          postalCode: '560001',
          country: 'IN',
        },
      },
    })
  })
})

describe('when it does not understand', () => {
  it('asks once and hands over the second time', () => {
    const world = shop()
    expect(world.say('qwrtz plmk').text).toContain('did not understand')
    expect(world.calls).toEqual([])
    world.say('zxcvb nmlkj')
    expect(world.calls.map(({ name }) => name)).toEqual(['hand_off'])
  })

  it.each(['???', '...', '!'])('answers %s, which holds no word', (text) => {
    expect(shop().say(text).text).toContain('did not understand')
  })

  it('answers an empty-handed search with a question, never with silence', () => {
    expect(shop().say('do you sell umbrellas?').text).toContain('found nothing')
  })
})
