import { MongoServerFault } from '../errors.ts'
import type { Command } from './command.ts'

const SEARCH_NOT_ENABLED = 31082

/** Search indexes belong to Atlas alone; any other MongoDB answers like this. */
export function searchNotEnabled(): never {
  throw new MongoServerFault(
    SEARCH_NOT_ENABLED,
    'Using Atlas Search Database Commands and the $listSearchIndexes aggregation stage requires additional configuration. Please connect to Atlas or an AtlasCLI local deployment to enable. For more information on how to connect, see https://dochub.mongodb.org/core/atlas-cli-deploy-local-reqs.',
  )
}

export const SEARCH_COMMANDS: readonly Command[] = [
  'createSearchIndexes',
  'updateSearchIndex',
  'dropSearchIndex',
  'listSearchIndexes',
].map((name) => ({ name, fields: null, run: searchNotEnabled }))
