import type { RunDesk } from '../features/conversation/index.ts'

/** Shows a thought of the agent to whoever watches. */
export function showThought(desk: Pick<RunDesk, 'emit' | 'runId'>, order: number, text: string): void {
  if (text === '') return
  const messageId = `${desk.runId}-thought-${order}`
  desk.emit({ type: 'REASONING_START', messageId })
  desk.emit({ type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' })
  desk.emit({ type: 'REASONING_MESSAGE_CONTENT', messageId, delta: text })
  desk.emit({ type: 'REASONING_MESSAGE_END', messageId })
  desk.emit({ type: 'REASONING_END', messageId })
}
