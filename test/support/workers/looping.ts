import { parentPort } from 'node:worker_threads'

// goes on for ever, and says so with each round
setInterval(() => parentPort?.postMessage('alive'), 20)
