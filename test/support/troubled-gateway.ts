import { chooseGateway, GatewayError, type PaymentGateway } from '../../src/features/payments/index.ts'
import { createMockGateway } from '../../src/features/payments/mock-gateway.ts'
import type { Context } from '../../src/platform/context.ts'
import { die } from './saga-faults.ts'

type Call = Exclude<keyof PaymentGateway, 'forget'>

/**
 * `refused`: it fails and nothing has happened; `lost`: it has happened, and the answer is a failure; `silent`: it has
 * happened, and there is no answer; `fatal`: it has happened, and the process that asked for it dies.
 */
type Trouble = 'refused' | 'lost' | 'silent' | 'fatal'

/** The payment mock, behind a network that a test can trouble. */
export interface TroubledGateway {
  /** Troubles the next calls of that kind. */
  trouble(call: Call, trouble: Trouble, times: number): void
  /** How often it was called. */
  calls(call: Call): number
  calm(): void
}

export function troubledGateway(ctx: Context): TroubledGateway {
  const mock = createMockGateway(ctx)
  const troubles = new Map<Call, { trouble: Trouble; times: number }>()
  const counts = new Map<Call, number>()
  const through = async <T>(call: Call, work: () => Promise<T>): Promise<T> => {
    counts.set(call, (counts.get(call) ?? 0) + 1)
    const { trouble, times = 0 } = troubles.get(call) ?? {}
    if (trouble === undefined || times === 0) return work()
    troubles.set(call, { trouble, times: times - 1 })
    if (trouble === 'refused') throw new GatewayError('the network is down')
    await work()
    if (trouble === 'lost') throw new GatewayError('the answer was lost')
    if (trouble === 'fatal') return die()
    return new Promise<T>(() => undefined)
  }
  chooseGateway(ctx, {
    forget: (token) => mock.forget(token),
    tokenize: (source, options) => through('tokenize', () => mock.tokenize(source, options)),
    authorize: (request, signal) => through('authorize', () => mock.authorize(request, signal)),
    find: (key) => through('find', () => mock.find(key)),
    capture: (key) => through('capture', () => mock.capture(key)),
    void: (key) => through('void', () => mock.void(key)),
    refund: (refund) => through('refund', () => mock.refund(refund)),
  })
  return {
    trouble: (call, trouble, times) => void troubles.set(call, { trouble, times }),
    calls: (call) => counts.get(call) ?? 0,
    calm() {
      troubles.clear()
      counts.clear()
    },
  }
}
