import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'packages/**/*.test.ts', 'workers/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // no test changes what another file imports; loading the shop anew for each would take most of the time
    isolate: false,
    // tests wait more than they work
    maxWorkers: 3,
    // for the worker threads that tests start
    env: { NODE_ENV: 'test', NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
  },
})
