import type { ToolName } from './brain.ts'
import * as cart from './tools/cart-tools.ts'
import * as catalog from './tools/catalog-tools.ts'
import * as orders from './tools/order-tools.ts'
import * as purchase from './tools/purchase-tools.ts'
import type { Tool } from './tools/tool.ts'

/**
 * Everything the agent can do, by the contract's names. A tool is a thin step to the same door that REST and sockets use,
 * for the session's own user; it checks its arguments again, whatever brain made them.
 */
export const TOOLS: Readonly<Record<ToolName, Tool>> = { ...catalog, ...cart, ...purchase, ...orders }
