import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { configureCheckout } from '../../src/features/checkout/index.ts'

// A shop as a process of its own that stands still for ever once a checkout comes to the point that the first argument
// names, and says so, in order to be killed there.
const [, , point] = process.argv
const app = await buildApp(readConfig(process.env), { log: pino({ level: 'silent' }), jobs: false })
configureCheckout(app.ctx, {
  async faults(reached) {
    if (reached !== point) return
    process.stdout.write(`frozen at ${point}\n`)
    await new Promise(() => undefined)
  },
})
app.http.listen(0, '127.0.0.1')
await once(app.http, 'listening')
process.stdout.write(`ready http://127.0.0.1:${(app.http.address() as AddressInfo).port}\n`)
