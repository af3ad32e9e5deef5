import { Int32 } from 'bson'
import type { Doc, Value } from '../bson/document.ts'
import { isNumber } from '../bson/types.ts'
import { MongoServerFault } from '../errors.ts'
import { numberOf } from './fields.ts'

/** Server parameters of `getParameter` and `setParameter`. */
export class Parameters {
  private readonly values: Map<string, Value>
  private readonly settable = new Set([
    'transactionLifetimeLimitSeconds',
    'cursorTimeoutMillis',
    'ttlMonitorSleepSecs',
  ])

  constructor() {
    this.values = new Map<string, Value>([
      ['featureCompatibilityVersion', new Map<string, Value>([['version', '7.0']])],
      ['enableTestCommands', true],
      ['transactionLifetimeLimitSeconds', new Int32(60)],
      ['cursorTimeoutMillis', new Int32(600_000)],
      ['ttlMonitorSleepSecs', new Int32(1)],
      ['notablescan', false],
      ['authenticationMechanisms', []],
      ['requireApiVersion', false],
    ])
  }

  get transactionLifetimeMs(): number {
    return this.number('transactionLifetimeLimitSeconds') * 1000
  }

  get cursorTimeoutMs(): number {
    return this.number('cursorTimeoutMillis')
  }

  get ttlSweepMs(): number {
    return this.number('ttlMonitorSleepSecs') * 1000
  }

  all(): Doc {
    return new Map(this.values)
  }

  get(name: string): Value | undefined {
    return this.values.get(name)
  }

  /** @throws MongoServerFault for a parameter that does not exist or cannot be set */
  set(name: string, value: Value): Value {
    const before = this.values.get(name)
    if (before === undefined)
      throw new MongoServerFault('InvalidOptions', `Unknown server parameter: ${name}`)
    if (!this.settable.has(name)) {
      throw new MongoServerFault('IllegalOperation', `not allowed to change [${name}] at runtime`)
    }
    if (isNumber(before)) {
      if (!isNumber(value) || numberOf(value) < 1)
        throw new MongoServerFault('BadValue', `Invalid value for parameter ${name}`)
      this.values.set(name, new Int32(numberOf(value)))
    } else this.values.set(name, value)
    return before
  }

  private number(name: string): number {
    const value = this.values.get(name)
    return isNumber(value) ? numberOf(value) : 0
  }
}
