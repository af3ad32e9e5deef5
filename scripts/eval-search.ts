import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DEPTH, SearchCases, scoreOf } from '../test/eval/search-scores.ts'
import { openStage } from '../test/eval/stage.ts'

const FILE = resolve(import.meta.dirname, '../test/eval/searches.json')
/** Below this a query is listed. */
const GOOD = 0.9

const cases = SearchCases.parse(JSON.parse(readFileSync(FILE, 'utf8')))
const stage = await openStage()
try {
  const catalog = [...(await stage.catalog()).values()]
  let rank = 0
  let ndcg = 0
  const times: number[] = []
  for (const search of cases) {
    const began = performance.now()
    const { items } = await stage.world.api.call('searchProducts', { query: { q: search.q, limit: DEPTH } })
    times.push(performance.now() - began)
    const score = scoreOf(search, items, catalog)
    rank += score.reciprocalRank
    ndcg += score.ndcg
    if (score.ndcg < GOOD) {
      const names = items.slice(0, 3).map(({ name }) => name)
      process.stdout.write(`${score.ndcg.toFixed(2)}  ${search.q}: ${names.join(', ') || 'nothing'}\n`)
    }
  }
  times.sort((a, b) => a - b)
  process.stdout.write(
    `${cases.length} queries: MRR@${DEPTH} ${(rank / cases.length).toFixed(3)}, nDCG@${DEPTH} ${(ndcg / cases.length).toFixed(3)}, median ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(1)} ms\n`,
  )
} finally {
  await stage.close()
}
