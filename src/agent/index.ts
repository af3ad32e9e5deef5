export type { Brain, BrainStep, BrainTurn, DialogueMemory, ToolName, ToolOutcome } from './brain.ts'
export { createRulesBrain } from './rules-brain/index.ts'
export { createSalesAgent } from './sales-agent.ts'
export { TOOLS } from './tools.ts'
