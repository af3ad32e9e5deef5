import type { Doc, Value } from '../bson/document.ts'
import { MongoServerFault } from '../errors.ts'
import { Fields } from './fields.ts'

/** What an armed `failCommand` does to a command. */
export interface CommandFailure {
  readonly closeConnection: boolean
  readonly blockTimeMs: number
  readonly errorCode: number | undefined
  readonly errorLabels: readonly string[] | undefined
  readonly writeConcernError: Doc | undefined
}

interface ArmedCommandFailure {
  readonly commands: ReadonlySet<string>
  readonly appName: string | undefined
  readonly namespace: string | undefined
  readonly failure: CommandFailure
}

/** How often a fail point still lets commands pass, and how often it still fires. */
interface Mode {
  skip: number
  times: number
}

const FAILED_TO_SET = 312

/** The switches by which tests make the server fail: `configureFailPoint` of MongoDB's test commands. */
export class FailPoints {
  private readonly modes = new Map<string, Mode>()
  private armed: ArmedCommandFailure | undefined
  private getMoreError: number | undefined
  private afterWrite: { closeConnection: boolean; errorCode: number | undefined } | undefined
  private timesEntered = 0

  /** False as long as nothing is armed, so that commands need to ask no further. */
  get active(): boolean {
    return this.armed !== undefined || this.afterWrite !== undefined || this.getMoreError !== undefined
  }

  /** Arms or disarms a fail point; answers how often it was entered before. */
  configure(name: string, mode: Value | undefined, data: Doc): number {
    const parsed = parseMode(mode)
    if (name === 'failCommand') this.armed = parsed === undefined ? undefined : parseFailCommand(data)
    else if (name === 'failGetMoreAfterCursorCheckout') {
      this.getMoreError =
        parsed === undefined ? undefined : (new Fields('data', data).integer('errorCode') ?? 0)
    } else if (name === 'onPrimaryTransactionalWrite') {
      const fields = new Fields('data', data)
      const closeConnection = fields.boolean('closeConnection') ?? true
      const errorCode = fields.integer('failBeforeCommitExceptionCode')
      this.afterWrite = parsed === undefined ? undefined : { closeConnection, errorCode }
    } else throw new MongoServerFault(FAILED_TO_SET, `failpoint ${name} is not supported by this server`)
    if (parsed === undefined) this.modes.delete(name)
    else this.modes.set(name, parsed)
    return this.timesEntered
  }

  /** What shall happen to this command, if anything. */
  onCommand(command: string, appName: string | undefined, namespace: string): CommandFailure | undefined {
    const { armed } = this
    if (armed === undefined || !armed.commands.has(command)) return undefined
    if (armed.appName !== undefined && armed.appName !== appName) return undefined
    if (armed.namespace !== undefined && armed.namespace !== namespace) return undefined
    if (!this.fires('failCommand')) return undefined
    return armed.failure
  }

  /** The code with which a `getMore` shall fail once it has its cursor. */
  onGetMore(): number | undefined {
    const { getMoreError } = this
    return getMoreError !== undefined && this.fires('failGetMoreAfterCursorCheckout')
      ? getMoreError
      : undefined
  }

  /** What shall happen to a write of a retryable command or of a transaction. */
  onTransactionalWrite(): { closeConnection: boolean; errorCode: number | undefined } | undefined {
    const { afterWrite } = this
    return afterWrite !== undefined && this.fires('onPrimaryTransactionalWrite') ? afterWrite : undefined
  }

  private fires(name: string): boolean {
    const mode = this.modes.get(name)
    if (mode === undefined) return false
    if (mode.skip > 0) {
      mode.skip -= 1
      return false
    }
    if (mode.times <= 0) return false
    mode.times -= 1
    this.timesEntered += 1
    return true
  }
}

function parseMode(mode: Value | undefined): Mode | undefined {
  if (mode === 'off') return undefined
  if (mode === 'alwaysOn') return { skip: 0, times: Number.POSITIVE_INFINITY }
  if (!(mode instanceof Map))
    throw new MongoServerFault('BadValue', "a fail point's mode is 'off', 'alwaysOn' or a document")
  const fields = new Fields('mode', mode)
  const times = fields.integer('times')
  if (times !== undefined) return { skip: 0, times }
  const skip = fields.integer('skip')
  if (skip !== undefined) return { skip, times: Number.POSITIVE_INFINITY }
  throw new MongoServerFault('BadValue', "a fail point's mode is {times: n} or {skip: n}")
}

function parseFailCommand(data: Doc): ArmedCommandFailure {
  const fields = new Fields('data', data)
  const commands = new Set((fields.array('failCommands') ?? []).filter((name) => typeof name === 'string'))
  const labels = fields.array('errorLabels')?.filter((label) => typeof label === 'string')
  const blocks = fields.boolean('blockConnection') === true
  return {
    commands,
    appName: fields.string('appName'),
    namespace: fields.string('namespace'),
    failure: {
      closeConnection: fields.boolean('closeConnection') === true,
      blockTimeMs: blocks ? (fields.integer('blockTimeMS') ?? 0) : 0,
      errorCode: fields.integer('errorCode'),
      errorLabels: labels,
      writeConcernError: fields.document('writeConcernError'),
    },
  }
}
