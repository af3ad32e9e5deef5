import type { Logger } from 'pino'
import type { z } from 'zod'
import type { Config } from '../config.ts'

/**
 * Holds our own answers to the contract: in tests a breach fails the request, in development it is logged, in production
 * nothing is checked.
 */
export function checkAnswer(
  config: Config,
  log: Logger,
  what: string,
  schema: z.ZodType | undefined,
  answer: unknown,
): void {
  if (config.environment === 'production' || schema === undefined) return
  const result = schema.safeParse(answer)
  if (result.success) return
  const breaches = result.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`)
  if (config.environment === 'test') throw new Error(`${what} breaks the contract: ${breaches.join('; ')}`)
  log.error({ what, breaches }, 'an answer breaks the contract')
}
