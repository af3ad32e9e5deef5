import { clusterFigures } from './cluster.ts'
import { crossingFigures } from './crossing.ts'
import { databaseFigures } from './database.ts'
import { failoverFigures } from './failover.ts'
import type { Figure } from './figures.ts'
import { footprintFigures } from './footprint.ts'
import { memoryFigures } from './memory.ts'
import { shopFigures } from './shop.ts'
import { writeFigures } from './writes.ts'

/** What `npm run bench` measures, by the names under which one can ask for a part of it. */
export const SECTIONS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  shop: shopFigures,
  instances: clusterFigures,
  crossing: crossingFigures,
  failover: failoverFigures,
  writes: writeFigures,
  memory: memoryFigures,
  footprint: footprintFigures,
  database: databaseFigures,
}
