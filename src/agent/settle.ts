import type { RunEnd } from '../features/conversation/index.ts'
import { ShopError } from '../platform/errors.ts'
import { toShopError } from '../platform/mongo.ts'
import type { Confirmation } from './agent.machine.ts'
import { stillFits } from './confirmation.ts'
import { converse } from './converse.ts'
import type { Run } from './run.ts'
import type { Review } from './tools/tool.ts'

const DECLINED =
  'All right, I have not done that. Nothing was bought or returned, and your cart is as it was.'
const BUSY = 'I am already dealing with that answer of yours.'
const CHANGED =
  'Something has changed since I asked, so I have not done anything yet. This is how it stands now: '
const LATE = 'That took a while, so I have not done anything yet and ask again: '
const ASKED_AGAIN = 'asked-again'

/** The customer's answer to a confirmation. Only here does a tool that moves money run. */
export async function settle(run: Run, confirmation: Confirmation, approved: boolean): Promise<RunEnd> {
  const { desk, tools } = run
  run.check()
  if (!(await desk.claim(confirmation.interruptId))) {
    run.say(BUSY)
    return run.answered(run.memory)
  }
  if (!approved) {
    tools.showResult(confirmation.toolCallId, { approved: false, executed: false })
    run.settle()
    run.say(DECLINED)
    return run.answered(run.memory)
  }
  const text = desk.input.type === 'message' ? desk.input.text : ''
  if (tools.outcomes.length === 0) {
    const again = await judge(run, confirmation)
    if (again !== undefined) return askAgain(run, confirmation, again)
    run.useTool()
    await tools.runConfirmed(confirmation)
    run.think()
  }
  run.settle()
  return converse(run, text, true)
}

/** Undefined when what was shown still holds; otherwise what has changed. */
async function judge(run: Run, confirmation: Confirmation): Promise<Review | ShopError | undefined> {
  const { tools, ctx } = run
  const { tool, args } = confirmation
  try {
    if (await tools.begun(tool, args)) return undefined
    const review = await tools.review(tool, args)
    return stillFits(confirmation, review, ctx.clock.now()) ? undefined : review
  } catch (error) {
    return toShopError(error)
  }
}

/** Says that nothing was done and asks again for what holds now; when that cannot be had either, says why. */
async function askAgain(run: Run, confirmation: Confirmation, found: Review | ShopError): Promise<RunEnd> {
  const { tools } = run
  const { tool, args } = confirmation
  run.settle()
  try {
    const review = found instanceof ShopError ? await tools.renew(tool, args) : found
    const late =
      !(found instanceof ShopError) && stillFits({ ...confirmation, ...UNLAPSED }, review, new Date(0))
    tools.showResult(confirmation.toolCallId, {
      approved: true,
      executed: false,
      reason: late ? 'lapsed' : 'changed',
    })
    const step = { callId: ASKED_AGAIN, name: tool, args: review.args }
    run.useTool()
    tools.show(step)
    return run.ask(step, review, run.memory, late ? LATE : CHANGED)
  } catch (error) {
    tools.refuse(confirmation, toShopError(error))
    return converse(run, '', true)
  }
}

const UNLAPSED = { lapsed: false, expiresAt: new Date(1).toISOString() }
