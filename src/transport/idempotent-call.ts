import type { z } from 'zod'
import type { Context as ShopContext } from '../platform/context.ts'
import { type IdempotencyClaim, runIdempotent } from '../platform/idempotency.ts'

export interface IdempotentCall {
  readonly userId: string | undefined
  /** Undefined: the client asked for nothing of the kind. */
  readonly key: string | undefined
  readonly command: string
  readonly answer: z.ZodType | undefined
  readonly request: Record<string, unknown>
}

/** Calls the handler under the client's key if there is one. Doors whose answers have the same schema replay each other's. */
export function callOnce<T>(
  ctx: ShopContext,
  call: IdempotentCall,
  work: (claim: IdempotencyClaim | undefined) => Promise<T>,
): Promise<T> {
  const { userId, key, command, request } = call
  if (userId === undefined || key === undefined) return work(undefined)
  const form = call.answer?.meta()?.id ?? command
  return runIdempotent(ctx, { userId, key, command, form, request }, work)
}
