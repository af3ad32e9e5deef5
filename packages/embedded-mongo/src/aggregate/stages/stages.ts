import { bucketStages } from './buckets.ts'
import { combiningStages } from './combining.ts'
import { densifyingStages } from './densifying.ts'
import { fillingStages } from './filling.ts'
import { graphLookupStages } from './graph-lookup.ts'
import { groupingStages } from './grouping.ts'
import { lookupStages } from './lookup.ts'
import { selectingStages } from './selecting.ts'
import { shapingStages } from './shaping.ts'
import type { StageCompiler } from './stage.ts'
import { unwindingStages } from './unwinding.ts'
import { windowStages } from './window-fields.ts'

/** Every stage that this server knows, by name. */
export const stageCompilers: ReadonlyMap<string, StageCompiler> = new Map(
  Object.entries({
    ...bucketStages,
    ...combiningStages,
    ...densifyingStages,
    ...fillingStages,
    ...graphLookupStages,
    ...groupingStages,
    ...lookupStages,
    ...selectingStages,
    ...shapingStages,
    ...unwindingStages,
    ...windowStages,
  }),
)
