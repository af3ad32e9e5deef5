import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig, VARIABLES } from './config.ts'

describe('the configuration', () => {
  it('needs nothing outside production', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      currency: 'INR',
      seedDemo: true,
      accessTokenTtlMs: 3_600_000,
    })
    expect(config.rates.signIn).toEqual({ points: 10, perMs: 900_000 })
  })

  it('names what is wrong, every mistake at once, and never the value', () => {
    const read = () =>
      readConfig({
        PORT: 'seventy',
        BCRYPT_COST: '9',
        JWT_SECRET: 'short-secret',
        RATE_LIMIT_API: '5 per minute',
      })
    expect(read).toThrow(ConfigError)
    for (const name of ['PORT', 'BCRYPT_COST', 'JWT_SECRET', 'RATE_LIMIT_API']) expect(read).toThrow(name)
    expect(read).not.toThrow('short-secret')
  })

  it('wants a signing key in production', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow('JWT_SECRET')
    expect(readConfig({ NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) }).seedDemo).toBe(false)
  })

  it('takes origins and nothing else for CORS_ORIGINS', () => {
    const origins = (CORS_ORIGINS: string) => readConfig({ CORS_ORIGINS }).corsOrigins
    expect(origins('https://shop.example, http://127.0.0.1:5173/')).toHaveLength(2)
    expect(origins('*')).toEqual(['*'])
    for (const wrong of ['shop.example', 'https://shop.example/cart', 'https://']) {
      expect(() => origins(wrong)).toThrow('CORS_ORIGINS')
    }
  })

  it('asks a model where one is given, and wants one for AGENT_BRAIN=llm', () => {
    expect(readConfig({}).agent.brain).toBe('rules')
    expect(readConfig({ OPENAI_API_KEY: 'k' }).agent).toMatchObject({ brain: 'llm', apiKey: 'k' })
    expect(readConfig({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }).agent.brain).toBe('llm')
    expect(readConfig({ OPENAI_API_KEY: 'k', AGENT_BRAIN: 'rules' }).agent.brain).toBe('rules')
    expect(() => readConfig({ AGENT_BRAIN: 'llm' })).toThrow('OPENAI_API_KEY')
  })

  it('pays through Stripe where its key is given, and takes an address without a path as its base', () => {
    expect(readConfig({}).stripe).toBeUndefined()
    const given = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: 'http://127.0.0.1:12111' }
    expect(readConfig(given).stripe).toMatchObject({ secretKey: 'sk_test_1', apiBase: given.STRIPE_API_BASE })
    expect(() => readConfig({ ...given, STRIPE_API_BASE: 'http://127.0.0.1/v1' })).toThrow('STRIPE_API_BASE')
    expect(() => readConfig({ STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef' })).toThrow('STRIPE_SECRET_KEY')
  })

  it('takes an empty variable as absent', () => {
    expect(readConfig({ MONGODB_URI: '', PORT: '' }).mongo.uri).toBeUndefined()
  })

  it('is listed whole in .env.example, with the defaults that hold', () => {
    const lines = readFileSync(join(import.meta.dirname, '..', '.env.example'), 'utf8').split('\n')
    const listed = new Map(
      lines
        .filter((line) => /^[A-Z]/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    expect([...listed.keys()].sort()).toEqual([...VARIABLES].sort())
    expect(readConfig(Object.fromEntries(listed))).toEqual(readConfig({}))
  })
})
