import ms, { type StringValue } from 'ms'
import { z } from 'zod'

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** `500ms`, `30s`, `15m`, `1h`, `7d`, as milliseconds. */
const duration = z
  .string()
  .regex(DURATION, 'must be a duration such as 500ms, 30s, 15m, 1h or 7d')
  .transform((value) => ms(value as StringValue))
  .pipe(z.number().positive())

/** `N/duration`, such as `10/15m`. */
const rate = z
  .string()
  .regex(/^\d+\/\d+(?:ms|s|m|h|d)$/, 'must be a rate such as 10/15m')
  .transform((value) => {
    const [points = '', per = ''] = value.split('/')
    return { points: Number(points), perMs: ms(per as StringValue) }
  })
  .pipe(z.object({ points: z.int().positive(), perMs: z.number().positive() }))

export type Rate = z.infer<typeof rate>

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)

/** Scheme, host and port alone, with a slash at the end at the most. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+\/?$/i
const origins = list.refine(
  (values) => values.every((value) => value === '*' || ORIGIN.test(value)),
  'must be origins such as https://shop.example, separated by commas, or *',
)

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1')

const MIN_SECRET_BYTES = 32
const secrets = list.refine(
  (values) => values.length > 0 && values.every((value) => Buffer.byteLength(value) >= MIN_SECRET_BYTES),
  `each secret must have at least ${MIN_SECRET_BYTES} bytes`,
)

const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65535).default(3000),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')
    .optional(),
  MONGODB_DB: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,63}$/)
    .default('floorwalker'),
  MONGODB_MIN_POOL: integer(0, 1000).default(2),
  MONGODB_MAX_POOL: integer(1, 1000).default(50),
  DATA_DIR: z.string().default('./.data'),
  DB_PORT: integer(0, 65535).default(27017),
  SEED_DEMO: flag.optional(),
  JWT_SECRET: secrets.optional(),
  ACCESS_TOKEN_TTL: duration.prefault('1h'),
  REFRESH_TOKEN_TTL: duration.prefault('7d'),
  COMMON_PASSWORDS: z.enum(['allow', 'refuse']).optional(),
  BCRYPT_COST: integer(10, 15).default(12),
  CORS_ORIGINS: origins.prefault(''),
  SESSION_IDLE_TIMEOUT: duration.prefault('30m'),
  RATE_LIMIT_SIGNIN: rate.prefault('10/15m'),
  RATE_LIMIT_API: rate.prefault('600/1m'),
  RATE_LIMIT_EVENTS: rate.prefault('300/10s'),
  CLEANUP_INTERVAL: duration.prefault('24h'),
  INVENTORY_SYNC_INTERVAL: duration.prefault('15m'),
  LOW_STOCK_INTERVAL: duration.prefault('1h'),
  LOW_STOCK_THRESHOLD: integer(0, 1_000_000).default(5),
  RESERVATION_TTL: duration.prefault('10m'),
  CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('INR'),
  ADMIN_EMAIL: z.email().optional(),
  ADMIN_PASSWORD: z.string().min(8).max(72).optional(),
  AGENT_BRAIN: z.enum(['rules', 'llm']).optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: z.string().default('gpt-5-mini'),
  STRIPE_SECRET_KEY: z.string().regex(/^\S+$/, 'must not hold blanks').optional(),
  STRIPE_API_BASE: z
    .string()
    .regex(/^https?:\/\/[^/?#@\s]+\/?$/, 'must be an address such as http://127.0.0.1:12111, without a path')
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^\S{16,}$/, 'must have at least 16 characters')
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: z.string().default('Floorwalker <shop@localhost>'),
  WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  WEBHOOK_SECRET: z.string().min(24, 'must have at least 24 characters').optional(),
  INVENTORY_SOURCE_URL: z.url().optional(),
  TRUST_PROXY: flag.prefault('false'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** The names of all variables that the product reads. */
export const VARIABLES = Object.keys(Environment.shape)

/** A mistake in the environment; the message names each variable and never quotes its value. */
export class ConfigError extends Error {}

/**
 * Reads the configuration, once, at start. An empty variable counts as absent.
 * @throws ConfigError that names what is wrong
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(
    VARIABLES.flatMap((name) => {
      const value = environment[name]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    )
  }
  const env = parsed.data
  const production = env.NODE_ENV === 'production'
  if (production && env.JWT_SECRET === undefined) {
    throw new ConfigError('JWT_SECRET: is required in production')
  }
  const hasModel = env.OPENAI_API_KEY !== undefined || env.OPENAI_BASE_URL !== undefined
  if (env.AGENT_BRAIN === 'llm' && !hasModel) {
    throw new ConfigError('AGENT_BRAIN: llm needs OPENAI_API_KEY or OPENAI_BASE_URL')
  }
  if ((env.ADMIN_EMAIL === undefined) !== (env.ADMIN_PASSWORD === undefined)) {
    throw new ConfigError('ADMIN_EMAIL and ADMIN_PASSWORD: give both or neither')
  }
  if ((env.WEBHOOK_URL === undefined) !== (env.WEBHOOK_SECRET === undefined)) {
    throw new ConfigError('WEBHOOK_URL and WEBHOOK_SECRET: give both or neither')
  }
  if (env.STRIPE_WEBHOOK_SECRET !== undefined && env.STRIPE_SECRET_KEY === undefined) {
    throw new ConfigError('STRIPE_WEBHOOK_SECRET: needs STRIPE_SECRET_KEY')
  }
  return Object.freeze({
    environment: env.NODE_ENV,
    host: env.HOST,
    port: env.PORT,
    mongo: Object.freeze({
      uri: env.MONGODB_URI,
      database: env.MONGODB_DB,
      minPool: env.MONGODB_MIN_POOL,
      maxPool: env.MONGODB_MAX_POOL,
    }),
    dataDir: env.DATA_DIR,
    dbPort: env.DB_PORT,
    seedDemo: env.SEED_DEMO ?? !production,
    /** Signing keys, the first of which signs; undefined: made once and kept in `dataDir`. */
    jwtSecrets: env.JWT_SECRET,
    accessTokenTtlMs: env.ACCESS_TOKEN_TTL,
    refreshTokenTtlMs: env.REFRESH_TOKEN_TTL,
    /** Whether a new password may not be one of those that are guessed first. */
    refuseCommonPasswords: (env.COMMON_PASSWORDS ?? (production ? 'refuse' : 'allow')) === 'refuse',
    bcryptCost: env.BCRYPT_COST,
    corsOrigins: env.CORS_ORIGINS,
    sessionIdleTimeoutMs: env.SESSION_IDLE_TIMEOUT,
    rates: Object.freeze({
      signIn: env.RATE_LIMIT_SIGNIN,
      api: env.RATE_LIMIT_API,
      events: env.RATE_LIMIT_EVENTS,
    }),
    intervals: Object.freeze({
      cleanupMs: env.CLEANUP_INTERVAL,
      inventorySyncMs: env.INVENTORY_SYNC_INTERVAL,
      lowStockMs: env.LOW_STOCK_INTERVAL,
    }),
    lowStockThreshold: env.LOW_STOCK_THRESHOLD,
    reservationTtlMs: env.RESERVATION_TTL,
    currency: env.CURRENCY,
    admin:
      env.ADMIN_EMAIL !== undefined && env.ADMIN_PASSWORD !== undefined
        ? Object.freeze({ email: env.ADMIN_EMAIL.toLowerCase(), password: env.ADMIN_PASSWORD })
        : undefined,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM,
    webhook:
      env.WEBHOOK_URL !== undefined && env.WEBHOOK_SECRET !== undefined
        ? Object.freeze({ url: env.WEBHOOK_URL, secret: env.WEBHOOK_SECRET })
        : undefined,
    /** Without it the payment mock takes its place. */
    stripe:
      env.STRIPE_SECRET_KEY === undefined
        ? undefined
        : Object.freeze({
            secretKey: env.STRIPE_SECRET_KEY,
            apiBase: env.STRIPE_API_BASE,
            webhookSecret: env.STRIPE_WEBHOOK_SECRET,
          }),
    agent: Object.freeze({
      brain: env.AGENT_BRAIN ?? (hasModel ? 'llm' : 'rules'),
      apiKey: env.OPENAI_API_KEY,
      baseUrl: env.OPENAI_BASE_URL,
      model: env.OPENAI_MODEL,
    }),
    inventorySourceUrl: env.INVENTORY_SOURCE_URL,
    trustProxy: env.TRUST_PROXY,
    logLevel: env.LOG_LEVEL,
  })
}

export type Config = ReturnType<typeof readConfig>
export type StripeConfig = NonNullable<Config['stripe']>
