import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createChance } from '../src/demo/chance.ts'
import { auditAccess } from './chaos/audit-access.ts'
import { auditChat } from './chaos/audit-chat.ts'
import { auditDevices } from './chaos/audit-devices.ts'
import { auditShop, receivedBefore } from './chaos/audit-shop.ts'
import { playFaults } from './chaos/faults.ts'
import { History, RULES, type Rule } from './chaos/history.ts'
import { settle } from './chaos/settling.ts'
import { Shopper } from './chaos/shopper.ts'
import { DATABASE_NAME, openStage } from './chaos/stage.ts'

const SHOPPERS_EACH = 3

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    instances: { type: 'string', default: '3' },
    seed: { type: 'string', default: '42' },
  },
})
const [minutes, instances, seed] = [values.minutes, values.instances, values.seed].map(Number)
if (
  minutes === undefined ||
  !(minutes > 0) ||
  instances === undefined ||
  !(instances > 0) ||
  seed === undefined
) {
  process.stderr.write('usage: npm run chaos -- --minutes 5 --instances 3 --seed 42\n')
  process.exit(2)
}

const history = new History()
process.stdout.write(`${instances} instances, ${minutes} minutes, seed ${seed}\n`)
const stage = await openStage(instances, history)
try {
  const db = stage.client.db(DATABASE_NAME)
  const before = await receivedBefore(db)
  const until = performance.now() + minutes * 60_000
  const shoppers = Array.from(
    { length: instances * SHOPPERS_EACH },
    (_, index) => new Shopper(`shopper-${index}`, stage, createChance(seed * 1_000 + index), history, sleep),
  )
  const [faults] = await Promise.all([
    playFaults(stage, createChance(seed), history, sleep, until),
    ...shoppers.map((shopper) => shopper.play(until, shoppers)),
  ])
  await settle(db, history, sleep)
  await auditShop(db, history, shoppers, before)
  await auditChat(db, history, shoppers)
  await auditDevices(db, history, shoppers, sleep)
  await auditAccess(stage, history, sleep)
  for (const [name, times] of faults) process.stdout.write(`${String(times).padStart(6)}  ${name}\n`)
  process.stdout.write(`${String(history.count('said')).padStart(6)}  messages acknowledged\n`)
  process.stdout.write(`${String(history.count('ordered')).padStart(6)}  orders acknowledged\n\n`)
} finally {
  await stage.close()
}

for (const [number, text] of Object.entries(RULES)) {
  const rule = Number(number) as Rule
  const broken = history.breaches.filter((breach) => breach.rule === rule).length
  const verdict = broken > 0 ? `${broken} BREACHES` : history.checks(rule) > 0 ? 'holds' : 'not looked at'
  process.stdout.write(
    `rule ${number.padStart(2)}  ${text.padEnd(56)} ${String(history.checks(rule)).padStart(7)} checks  ${verdict}\n`,
  )
}
const [first] = [...history.breaches].sort((a, b) => history.around(a).length - history.around(b).length)
if (first !== undefined) {
  process.stdout.write(`\n${history.breaches.map(({ rule, text }) => `rule ${rule}: ${text}`).join('\n')}\n`)
  process.stdout.write(
    `\nThe smallest history that shows one, "${first.text}":\n${history.around(first).join('\n')}\n`,
  )
}
process.exitCode = first === undefined ? 0 : 1
