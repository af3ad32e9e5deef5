import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import type { Config } from '../config.ts'
import { currentRequestId } from './request-scope.ts'

const SECRET_NAMES = [
  'password',
  'passwordHash',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'cardNumber',
  'cvc',
  'payment',
  'text',
]

const options: LoggerOptions = {
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ level: label }) },
  redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  serializers: { err: describeError },
  mixin() {
    const requestId = currentRequestId()
    return requestId === undefined ? {} : { requestId }
  },
}

/**
 * The process's logger: JSON lines on standard output, readable text on a terminal outside production. It never carries
 * tokens, passwords, card numbers or what shoppers write; callers log ids and codes. `destination` takes the lines instead.
 */
export async function createLogger(
  config: Pick<Config, 'logLevel' | 'environment'>,
  destination?: DestinationStream,
): Promise<Logger> {
  const level = config.logLevel
  if (destination !== undefined) return pino({ ...options, level }, destination)
  if (process.stdout.isTTY && config.environment === 'development') {
    const { default: pretty } = await import('pino-pretty')
    return pino({ ...options, level }, pretty({ colorize: true, sync: true, ignore: 'requestId' }))
  }
  return pino({ ...options, level })
}

export interface ErrorDescription {
  readonly type: string
  readonly message: string
  readonly code?: string | number
  readonly stack?: string
  readonly cause?: ErrorDescription
}

/** An error for the log, without the values that a driver or a parser may have put into it. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'a value that is no Error was thrown' }
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : null
  return {
    type: error.name,
    message: withoutValues(error.message),
    ...(code === null ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: frames(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}

/** The server quotes the offending values after `dup key:`. */
function withoutValues(message: string): string {
  return message.replace(/dup key:.*$/s, 'dup key').slice(0, 500)
}

function frames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n')
}
