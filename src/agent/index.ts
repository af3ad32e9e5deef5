export type { Brain, BrainStep, BrainTurn, DialogueMemory, ToolName, ToolOutcome } from './brain.ts'
export { createOfflineBrain } from './offline-brain.ts'
export { createSalesAgent } from './sales-agent.ts'
export { TOOLS } from './tools.ts'
