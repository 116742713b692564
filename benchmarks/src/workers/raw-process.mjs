import * as tasks from './tasks.mjs'

// A message is [id, operation, argument], or [id, operation, arguments, true] for a batch.
process.on('message', ([id, operation, argument, isBatch]) => {
  process.send([id, isBatch ? argument.map(tasks[operation]) : tasks[operation](argument)])
})
process.on('disconnect', () => process.exit(0))
