import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Product } from '../../src/contract/index.ts'
import { type Dialogue, DialogueFile } from '../eval/dialogue.ts'
import { perform } from '../eval/perform.ts'
import { openStage, type Stage } from '../eval/stage.ts'

const FOLDER = join(import.meta.dirname, '../eval/dialogues/train')

function dialogues(file: string): Array<[string, Dialogue]> {
  const all = DialogueFile.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))
  return all.map((dialogue) => [dialogue.name, dialogue])
}

let stage: Stage
let catalog: ReadonlyMap<string, Product>

beforeAll(async () => {
  stage = await openStage()
  catalog = await stage.catalog()
})
afterAll(() => stage.close())

/** Of the dialogues that `npm run eval:agent` plays, those that must never fail. */
describe.each([
  'cart.json',
  'buying.json',
  'talking.json',
  'sixth-findings.json',
])('the dialogues of %s', (file) => {
  it.each(dialogues(file))('%s', async (_name, dialogue) => {
    const performed = await perform(stage, dialogue, catalog)
    expect(performed.problems).toEqual([])
    expect(performed.spentUnasked).toBe(false)
    expect(performed.grounded).toBe(performed.answers)
  })
})
