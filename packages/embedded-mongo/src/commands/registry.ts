import { AGGREGATE_COMMAND } from './aggregate.ts'
import { COLLECTION_COMMANDS } from './collection-commands.ts'
import type { Command } from './command.ts'
import { COUNT_COMMANDS } from './count-distinct.ts'
import { CURRENT_OPERATIONS_COMMAND } from './current-operations.ts'
import { CURSOR_COMMANDS } from './cursor-commands.ts'
import { DELETE_COMMAND } from './delete.ts'
import { DIAGNOSTIC_COMMANDS } from './diagnostics.ts'
import { EXPLAIN_COMMAND } from './explain.ts'
import { FIND_COMMAND } from './find.ts'
import { FIND_AND_MODIFY_COMMAND } from './find-and-modify.ts'
import { HELLO_COMMANDS } from './hello.ts'
import { INDEX_COMMANDS } from './index-commands.ts'
import { INSERT_COMMAND } from './insert.ts'
import { MODIFY_COLLECTION_COMMAND } from './modify-collection.ts'
import { SEARCH_COMMANDS } from './search-commands.ts'
import { SESSION_COMMANDS } from './session-commands.ts'
import { STATISTICS_COMMANDS } from './statistics.ts'
import { UPDATE_COMMAND } from './update.ts'
import { VALIDATE_COMMAND } from './validate.ts'

/** Every command, once. */
export const allCommands = (): readonly Command[] => ALL

const ALL: readonly Command[] = [
  ...HELLO_COMMANDS,
  ...DIAGNOSTIC_COMMANDS,
  CURRENT_OPERATIONS_COMMAND,
  INSERT_COMMAND,
  UPDATE_COMMAND,
  VALIDATE_COMMAND,
  DELETE_COMMAND,
  FIND_COMMAND,
  FIND_AND_MODIFY_COMMAND,
  AGGREGATE_COMMAND,
  EXPLAIN_COMMAND,
  MODIFY_COLLECTION_COMMAND,
  ...COUNT_COMMANDS,
  ...CURSOR_COMMANDS,
  ...COLLECTION_COMMANDS,
  ...INDEX_COMMANDS,
  ...SEARCH_COMMANDS,
  ...SESSION_COMMANDS,
  ...STATISTICS_COMMANDS,
]

let byName: Map<string, Command> | undefined

/** The command of this name, as clients write it. The table is filled with its first use: commands know the table too. */
export function commandNamed(name: string): Command | undefined {
  byName ??= new Map(
    ALL.flatMap((command) =>
      [command.name, ...(command.aliases ?? [])].map((known) => [known, command] as const),
    ),
  )
  return byName.get(name)
}
