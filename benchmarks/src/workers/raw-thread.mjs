import { parentPort } from 'node:worker_threads'
import * as tasks from './tasks.mjs'

// A message is [id, operation, argument], or [id, operation, arguments, true] for a batch.
parentPort.on('message', ([id, operation, argument, isBatch]) => {
  if (operation === 'bounce') parentPort.postMessage([id, argument], [argument.buffer])
  else if (isBatch) parentPort.postMessage([id, argument.map(tasks[operation])])
  else parentPort.postMessage([id, tasks[operation](argument)])
})
