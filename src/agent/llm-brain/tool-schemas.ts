import type { ChatCompletionFunctionTool } from 'openai/resources/chat/completions'
import { z } from 'zod'
import { TOOL_NAMES } from '../brain.ts'
import { TOOLS } from '../tools.ts'

/** The tools as a model is told of them, made from the schemas that they check their arguments with. */
export const TOOL_SCHEMAS: readonly ChatCompletionFunctionTool[] = TOOL_NAMES.map((name) => {
  const { description, args } = TOOLS[name]
  const { $schema: _, ...parameters } = z.toJSONSchema(args, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
  })
  return { type: 'function', function: { name, description, parameters } }
})
